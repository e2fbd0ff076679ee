import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { redactSecrets } from "../../../../src/observability/trace/redact.ts";

const word = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0";

/** What must not be kept, inside of what may be. Put together here, so that no scanner takes them for real. */
const secrets: Readonly<Record<string, string>> = {
  "an AWS key": ["AKIA", "ABCDEFGHIJKLMNOP"].join(""),
  "a GitHub token": `ghp_${word.slice(0, 36)}`,
  "a fine-grained GitHub token": `github_pat_${word.slice(0, 30)}`,
  "a GitLab token": `glpat-${word.slice(0, 20)}`,
  "an OpenAI key": `sk-proj-${word}`,
  "an Anthropic key": `sk-ant-api03-${word}`,
  "a Slack token": ["xoxb", "1234567890", word.slice(0, 12)].join("-"),
  "a Google key": `AIza${word.slice(0, 35)}`,
  "a Stripe key": `sk_live_${word.slice(0, 24)}`,
  "an npm token": `npm_${word.slice(0, 36)}`,
  "a Hugging Face token": `hf_${word.slice(0, 34)}`,
  "a JSON web token": `eyJ${word.slice(0, 20)}.eyJ${word.slice(0, 20)}.${word.slice(0, 20)}`,
  "a private key": `-----BEGIN RSA PRIVATE KEY-----\n${word}\n-----END RSA PRIVATE KEY-----`,
  "a private key that is cut off": `-----BEGIN PRIVATE KEY-----\n${word}`,
};

describe("a text that may hold secrets", () => {
  for (const [what, secret] of Object.entries(secrets)) {
    test(`loses ${what} and keeps what is around it`, () => {
      assert.equal(redactSecrets(`before ${secret}`), "before [redacted]");
    });
  }

  test("loses what is said to be a secret, and keeps its name", () => {
    assert.equal(redactSecrets("Authorization: Bearer abcdef123456"), "Authorization: Bearer [redacted]");
    assert.equal(redactSecrets("password=hunter2hunter2&x=1"), "password=[redacted]&x=1");
    assert.equal(redactSecrets('{"api_key": "abcdef123456"}'), '{"api_key": "[redacted]"}');
    assert.equal(redactSecrets("GITHUB_TOKEN=abcdef123456"), "GITHUB_TOKEN=[redacted]");
    assert.equal(redactSecrets("postgres://me:pa55word@db/x"), "postgres://me:[redacted]@db/x");
  });

  test("keeps what only looks a little like one", () => {
    for (const text of [
      "the token budget: 4096 tokens",
      "pass the salt",
      "run_4k7d2mzq01pb and 550e8400-e29b-41d4-a716-446655440000",
      "https://example.com:8080/path",
      "sk-short",
    ]) {
      assert.equal(redactSecrets(text), text);
    }
  });

  test("is read in time that grows with its length alone", () => {
    const texts = [
      `password=${"x".repeat(200_000)}`,
      "-----BEGIN ".repeat(20_000),
      `eyJ${"a".repeat(200_000)}`,
      `${"a+".repeat(100_000)}://`,
    ];
    const began = performance.now();
    for (const text of texts) redactSecrets(text);
    assert.ok(performance.now() - began < 2_000);
  });
});
