import assert from "node:assert/strict";
import { test } from "node:test";
import { deletedSecrets, findSecrets, foldSecrets, maskSecrets } from "../../../examples/code-review/secret.ts";
import { glue, patchOf, secrets } from "./made-patch.ts";

const aws = glue("AKIA", "ZQ3DR7XK5MPLW2TN");
const github = glue("ghp", "_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
const keyHead = glue("-----BEGIN RSA ", "PRIVATE KEY-----");
const keyBody = "MIIEpAIBAAKCAQEAx3Jk8vQz1Tq9LmN0pRs7YwZ2dUfHgKcXeVbA5iOoPyTt6WnM";
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims: object): string =>
  [encode({ alg: "HS256", typ: "JWT" }), encode(claims), "dBjftJeZ4CVPmB92K27uhbUJU1p1rQ9wW1gFWFOEjXk"].join(".");

test("known tokens are found with their line, and masked", () => {
  assert.deepEqual(secrets("a.ts", "x", `x = "${aws}"`, github), [
    "critical 2 AWS access key",
    "critical 3 GitHub token",
  ]);
  assert.deepEqual(secrets("a.ts", glue("xo", "xb-194837265019-a1B2c3D4e5F6g7H8i9J0k1L2")), ["critical 1 Slack token"]);
  assert.deepEqual(secrets("a.ini", glue("AccountKey=", `${"aB3/".repeat(21)}xY==`)), ["critical 1 Azure storage key"]);
  assert.equal(maskSecrets(`k=${aws};`, "a.ts"), "k=AKIA… (20 characters);");
  const [finding] = findSecrets(patchOf("a.ts", github));
  assert.ok(!JSON.stringify(finding).includes(github));
});

test("a private key has a body; a text about keys has none", () => {
  assert.deepEqual(secrets("id_rsa", keyHead, keyBody, keyBody), ["critical 1 private key"]);
  assert.deepEqual(secrets("a.json", `{"key": "${keyHead}\\n${keyBody}\\n"}`), ["critical 1 private key"]);
  assert.deepEqual(secrets("a.py", `KEY = (`, `  "${keyHead}\\n"`, `  "${keyBody}\\n"`), ["critical 2 private key"]);
  assert.deepEqual(secrets("a.ts", `if (text.startsWith("${keyHead}")) return;`), []);
  assert.deepEqual(secrets("config.md", `key="${keyHead}\\nXXXX\\nXXXX\\n-----END"`, "word ".repeat(30)), []);
});

test("a web token is judged by what it says", () => {
  assert.deepEqual(secrets("a.ts", jwt({ sub: "deploy", iss: "corp" })), ["high 1 JSON web token"]);
  assert.deepEqual(secrets("a.ts", jwt({ sub: "1234567890", name: "John Doe" })), []);
  assert.deepEqual(secrets("a.ts", glue("eyJ", "abcdefghijk.eyJ", "lmnopqrstuv.wxyzabcdefgh")), []);
});

test("a password in an address counts where it protects something", () => {
  const address = (login: string, host: string): string => glue("url: postgres://", login, "@", host, "/x");
  assert.deepEqual(secrets("a.yaml", address("app:k9Xv2Lq8", "db.internal")), ["high 1 password in an address"]);
  for (const [login, host] of [
    ["user:pass", "host"],
    ["postgres:postgres", "db.internal"],
    ["app:secret12", "localhost:5432"],
    ["app:${PASSWORD}", "db.internal"],
    ["svcuser97:svcuser97", "db.internal"],
    ["app:Blue7Sky", "localhost:5432"],
    ["u:p%40ss", "db.example.com"],
  ] as const)
    assert.deepEqual(secrets("a.yaml", address(login, host)), [], login);
});

test("likely secrets look random; names, placeholders and code do not", () => {
  assert.deepEqual(secrets("a.ts", glue('const apiKey = "', 'k9Xv2Lq8Zt4Wm1"')), ["high 1 likely secret"]);
  assert.deepEqual(secrets("a.ts", glue('const password = "', 'Winter2024!"')), ["high 1 likely secret"]);
  assert.deepEqual(secrets("a.ts", glue('"Bearer ', 'k9Xv2Lq8Zt4Wm1Rb7Yc5"')), ["high 1 access token in a header"]);
  for (const path of [".env", "values.yaml", ".npmrc", "Dockerfile"])
    assert.deepEqual(secrets(path, glue("DB_PASSWORD=", "k9Xv2Lq8Zt4W")), ["high 1 likely secret"], path);
  const harmless = [
    'password = "changeme123"',
    "token: `${token}abc12345`",
    'const secret = "the secret word"',
    'apiKey: "your-api-key-1"',
    'token = "AKIAIOSFODNN7EXAMPLE"',
    'TOKEN_FORM = "[A-Za-z0-9._~+/-]+=*"',
    'secretName = "my-k8s-secret-1"',
    'passwordField = "passwordInput1"',
    'secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app"',
    'tokenUrl = "https://id.acme.io/oauth2/token"',
    'secrets: "POOL_SIZE=3\\nX=1"',
    "password: 'bm90IG15IHJlYWwgcGFzc3dvcmQ='",
  ];
  for (const line of harmless) assert.deepEqual(secrets("a.ts", line), [], line);
});

test("what is made up is graded by where it stands", () => {
  const guess = glue('password = "', 'k9Xv2Lq8Zt4W"');
  const grades = (path: string): string[] =>
    [...secrets(path, github), ...secrets(path, keyHead, keyBody), ...secrets(path, guess)].map((text) =>
      text.replace(/ .*/, ""),
    );
  assert.deepEqual(grades("src/a.ts"), ["critical", "critical", "high"]);
  assert.deepEqual(grades("docs/a.md"), ["high", "high", "medium"]);
  assert.deepEqual(grades("test/fixtures/a.json"), ["medium", "low", "low"]);
  assert.deepEqual(grades("node_modules/x/a.js"), ["medium", "medium"]);
});

test("made-up keys of one folder are one finding", () => {
  const found = ["a", "b", "c"].flatMap((name) => findSecrets(patchOf(`test/certs/${name}.pem`, keyHead, keyBody)));
  const [only, ...rest] = foldSecrets(found);
  assert.equal(rest.length, 0);
  assert.equal(only?.file, "test/certs/a.pem");
  assert.match(only?.detail ?? "", /^in 3 files of test\/certs\//);
  const real = ["a", "b", "c"].flatMap((name) => findSecrets(patchOf(`src/${name}.pem`, keyHead, keyBody)));
  assert.equal(foldSecrets(real).length, 3);
});

test("a secret that was there before is told as such", () => {
  const known = deletedSecrets([patchOf("old.ts", `-\t${github}`)]);
  assert.match(findSecrets(patchOf("new.ts", github), known)[0]?.detail ?? "", /moved, it was there before/);
  assert.doesNotMatch(findSecrets(patchOf("new.ts", github))[0]?.detail ?? "", /moved/);
});
