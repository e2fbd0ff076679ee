import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, isLoopback, ollamaUrl } from "../../../src/models/ollama/address.ts";
import { stripAccents } from "../../../src/models/accent.ts";

const addresses: readonly (readonly [string, string])[] = [
  ["127.0.0.1:11434", "http://127.0.0.1:11434"],
  ["127.0.0.1", "http://127.0.0.1:11434"],
  ["", "http://127.0.0.1:11434"],
  [":4000", "http://127.0.0.1:4000"],
  ["0.0.0.0", "http://127.0.0.1:11434"],
  ["0.0.0.0:80", "http://127.0.0.1"],
  ["http://0.0.0.0:5000", "http://127.0.0.1:5000"],
  ["gpu-box", "http://gpu-box:11434"],
  ["http://gpu-box", "http://gpu-box"],
  ["https://gpu-box/ollama/", "https://gpu-box/ollama"],
  ["gpu-box:8080/ollama", "http://gpu-box:8080/ollama"],
  ["[::1]:11434", "http://[::1]:11434"],
  ["[::]:11434", "http://[::1]:11434"],
  ["[::1]", "http://[::1]:11434"],
  [' "localhost:1" ', "http://localhost:1"],
];

for (const [host, url] of addresses) {
  test(`OLLAMA_HOST=${JSON.stringify(host)} means ${url}`, () => assert.equal(ollamaUrl(host), url));
}

for (const host of ["ftp://box", "http://user:secret@box", "a b", "box:port"]) {
  test(`OLLAMA_HOST=${host} is refused`, () => assert.throws(() => ollamaUrl(host), { code: "config.invalid" }));
}

test("only this machine is allowed, unless a host is named", () => {
  for (const url of ["http://127.0.0.1:11434", "http://127.9.9.9:1", "http://localhost:1", "http://[::1]:2"])
    assert.ok(isLoopback(url), url);
  for (const url of ["http://gpu-box:11434", "http://127.0.0.1.evil.example", "http://10.0.0.1"])
    assert.ok(!isLoopback(url), url);
  assert.ok(isAllowed("http://gpu-box:11434", ["gpu-box"]));
  assert.ok(isAllowed("http://gpu-box:11434", ["GPU-box:11434"]));
  assert.ok(!isAllowed("http://gpu-box:11434", ["gpu-box:8080"]));
  assert.ok(!isAllowed("http://gpu-box.evil.example:11434", ["gpu-box"]));
  assert.ok(isAllowed("https://gpu-box", ["gpu-box:443"]));
});

test("accents go, and nothing else", () => {
  assert.equal(stripAccents("naïve café Ångström"), "naive cafe Angstrom");
  assert.equal(stripAccents("हिन्दी 한국어 がぎ"), "हिन्दी 한국어 がぎ");
});
