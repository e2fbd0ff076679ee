import type { FilePatch } from "./diff.ts";
import { isTest } from "./file-kind.ts";
import { groupFindings } from "./finding.ts";
import type { Finding, Severity } from "./finding.ts";

interface SecretPattern {
  readonly title: string;
  readonly severity: Severity;
  /** The last group that took part, or else the whole match, is the secret. Repetitions are bounded: lines may be huge. */
  readonly expression: RegExp;
  /** Only if it looks random; a known form needs no such proof. */
  readonly mustLookRandom?: boolean;
}

const token = (title: string, expression: RegExp): SecretPattern => ({ title, severity: "critical", expression });

const keyWord = "(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)";

const patterns: readonly SecretPattern[] = [
  token("private key", /-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g),
  token("AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g),
  token("GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})/g),
  token("GitLab token", /\bglpat-[A-Za-z0-9_-]{20,100}/g),
  token("Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g),
  token("Slack webhook", /\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,15}\/B[A-Z0-9]{6,15}\/[A-Za-z0-9]{16,40}/g),
  token("Stripe live key", /\b[rs]k_live_[A-Za-z0-9]{16,250}/g),
  token("Google API key", /\bAIza[0-9A-Za-z_-]{35}/g),
  token("Anthropic key", /\bsk-ant-[A-Za-z0-9_-]{20,250}/g),
  token("OpenAI key", /\bsk-(?:proj-[A-Za-z0-9_-]{20,250}|[A-Za-z0-9]{32,64}\b)/g),
  token("npm token", /\bnpm_[A-Za-z0-9]{36}\b/g),
  token("PyPI token", /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,250}/g),
  token("Hugging Face token", /\bhf_[A-Za-z0-9]{34}\b/g),
  token("SendGrid key", /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g),
  { title: "JSON web token", severity: "high", expression: /\beyJ[\w-]{10,500}\.eyJ[\w-]{10,1000}\.[\w-]{10,500}/g },
  {
    title: "password in an address",
    severity: "high",
    expression: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'`]{1,60}:([^\s:/@"'`]{3,100})@[\w.-]/g,
  },
  {
    title: "likely secret",
    severity: "high",
    expression: new RegExp(`${keyWord}\\w{0,20}["']?\\s{0,5}(?::|=>?|:=)\\s{0,5}["'\`]([^"'\`\\s]{8,200})["'\`]`, "gi"),
    mustLookRandom: true,
  },
];

// Settings without quotes: NAME=value in .env, .ini, .properties and the like.
const settingsFile = /(?:^|\/)(?:\.env[\w.-]*|[^/]*\.(?:env|ini|properties|conf|cfg))$/i;
const setting: SecretPattern = {
  title: "likely secret",
  severity: "high",
  expression: new RegExp(
    `^\\s{0,20}(?:export )?[\\w.-]{0,40}${keyWord}[\\w.-]{0,20}\\s{0,5}[=:]\\s{0,5}([^\\s"'#]{8,200})\\s*$`,
    "gi",
  ),
  mustLookRandom: true,
};

const placeholder =
  /example|sample|change.?me|placeholder|dummy|redacted|your[_-]|replace|xxxx|\.\.\.|…|^<.*>$|\$\{|\{\{|%\(|^\$|^process\.|^os\.|^env\.|(.)\1{5,}|^(?:test|fake|mock|secret|password|token)[\w-]*$|12345678/i;

/** Likely secrets in the added lines of a file, masked. */
export function findSecrets(patch: FilePatch): Finding[] {
  const found: Finding[] = [];
  for (const hunk of patch.hunks) {
    for (const line of hunk.lines) {
      if (line.kind !== "added") continue;
      for (const hit of secretsIn(line.text, patch.path)) found.push(toFinding(hit, patch.path, line.line));
    }
  }
  return groupFindings(found);
}

/** The text with every likely secret masked: for whatever leaves this flow. */
export function maskSecrets(text: string, path: string): string {
  return secretsIn(text, path).reduce((masked, hit) => masked.replaceAll(hit.value, mask(hit.value)), text);
}

interface Hit {
  readonly value: string;
  readonly pattern: SecretPattern;
}

function secretsIn(text: string, path: string): Hit[] {
  const hits: Hit[] = [];
  for (const pattern of settingsFile.test(path) ? [...patterns, setting] : patterns) {
    for (const match of text.matchAll(pattern.expression)) {
      const value = match[1] ?? match[0];
      const isKnown = hits.some((hit) => hit.value.includes(value) || value.includes(hit.value));
      if (!isKnown && isLikely(value, pattern)) hits.push({ value, pattern });
    }
  }
  return hits;
}

function isLikely(value: string, pattern: SecretPattern): boolean {
  if (placeholder.test(value)) return false;
  return pattern.mustLookRandom !== true || (looksRandom(value) && !/^[\w.]+\(|^(?:https?|file):\/\//.test(value));
}

/** Words are poor in different characters and seldom mix letters with digits; keys are neither. */
function looksRandom(value: string): boolean {
  const isMixed = /\d/.test(value) && /[a-z]/i.test(value);
  return entropy(value) >= (isMixed ? 2.8 : 3.7) && (isMixed || /[^\w./:-]/.test(value));
}

/** Shannon entropy, bits per character. */
export function entropy(text: string): number {
  const counts = [...Map.groupBy(text, (character) => character).values()].map((group) => group.length);
  return counts.reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

function toFinding({ value, pattern }: Hit, file: string, line: number): Finding {
  const lower = pattern.severity === "critical" ? "high" : "low";
  const severity = isTest(file) ? lower : pattern.severity;
  const advice = isTest(file)
    ? "in a test: make sure that it never was valid"
    : "revoke it, then take it out of the history";
  return {
    severity,
    kind: "secret",
    file,
    line,
    title: pattern.title,
    detail: `${mask(value)}: ${advice}`,
    source: "rule",
  };
}

function mask(value: string): string {
  if (value.startsWith("-----BEGIN")) return "[private key]";
  const shown = value.length >= 16 ? value.slice(0, 4) : value.slice(0, 1);
  return `${shown}… (${value.length} characters)`;
}
