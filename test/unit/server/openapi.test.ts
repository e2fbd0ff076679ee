import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describeOperations } from "../../../src/app.ts";
import { homeToDescribe } from "../../../src/cli/nowhere.ts";
import { openApi } from "../../../src/server/openapi.ts";
import { madeUpOperations } from "./made-up.ts";
import { serve } from "./served.ts";

interface Described {
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  readonly requestBody?: { required: boolean; content: Record<string, { schema: Record<string, unknown> }> };
  readonly responses: Record<string, { content?: Record<string, unknown>; headers?: object }>;
}

type Document = { readonly openapi: string; readonly paths: Record<string, Record<string, Described>> };

const productOperations = describeOperations({ ...homeToDescribe(), environment: {} });
const product = openApi(productOperations, { version: "1.2.3" }) as unknown as Document;
const madeUp = openApi(madeUpOperations(), { version: "1.2.3" }) as unknown as Document;

describe("the OpenAPI document", () => {
  for (const [name, document] of [
    ["the product", product],
    ["made-up operations", madeUp],
  ] as const) {
    it(`of ${name} is valid OpenAPI 3.1`, async () => {
      const validator = new Validator();
      const { valid, errors } = await validator.validate(structuredClone(document));
      assert.ok(valid, JSON.stringify(errors, null, 2));
      assert.equal(validator.version, "3.1");
    });
  }

  it("would not be valid with a mistake in it", async () => {
    const broken = {
      ...structuredClone(product),
      paths: { "/x": { get: { parameters: [{ name: "x", in: "nowhere" }] } } },
    };
    assert.equal((await new Validator().validate(broken as never)).valid, false);
  });

  it("has each operation, and no reference that leads nowhere", () => {
    for (const { path, method } of productOperations) {
      const place = `/api${path.replaceAll(/:(\w+)/g, "{$1}")}`;
      assert.ok(product.paths[place]?.[method.toLowerCase()], `${method} ${place}`);
    }
    for (const [, reference = ""] of JSON.stringify(product).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = reference.split("/").reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], product);
      assert.ok(found, reference);
    }
  });

  it("says what goes where", () => {
    const get = madeUp.paths["/api/things/{id}"]?.["get"];
    assert.deepEqual(
      get?.parameters.map((parameter) => [parameter.name, parameter.in, parameter.required]),
      [
        ["id", "path", true],
        ["limit", "query", false],
        ["If-None-Match", "header", false],
      ],
    );
    const make = madeUp.paths["/api/things"]?.["post"];
    const schema = make?.requestBody?.content["application/json"]?.schema;
    assert.deepEqual(
      [make?.requestBody?.required, schema?.["required"], schema?.["additionalProperties"]],
      [true, ["size"], false],
    );
    assert.ok(madeUp.paths["/api/things"]?.["get"]?.responses["200"]?.headers);
  });

  it("knows a stream, also where only the declaration tells", () => {
    const typesOf = (document: Document, path: string, method: string): string[] =>
      Object.keys(document.paths[path]?.[method]?.responses["200"]?.content ?? {});
    const streamed = ["application/x-ndjson", "text/event-stream"];
    assert.deepEqual(typesOf(madeUp, "/api/things/{id}/follow", "get"), streamed);
    for (const [path, method] of [
      ["/api/runs/{id}/watch", "get"],
      ["/api/models/{model}/pull", "post"],
      ["/api/models/{model}/probe", "post"],
      ["/api/flows/verify", "post"],
    ] as const) {
      assert.deepEqual(typesOf(product, path, method), streamed, path);
    }
  });

  it("is served, with a tag, and only to who may call", async () => {
    await using served = await serve({ version: "1.2.3" });
    assert.equal((await fetch(`${served.server.url}/api/openapi.json`)).status, 401);
    const response = await served.ask("/api/openapi.json");
    const document = (await response.json()) as Document & { info: { version: string } };
    assert.deepEqual([document.openapi, document.info.version], ["3.1.0", "1.2.3"]);
    const tag = response.headers.get("etag") ?? "";
    assert.equal((await served.ask("/api/openapi.json", { headers: { "if-none-match": tag } })).status, 304);
  });
});
