import { isDocumentation, isTest, isVendored } from "./file-kind.ts";
import type { Severity } from "./finding.ts";
import { isFilledKey, isForeignPassword, isRealToken, isStrangeWord } from "./secret-likeness.ts";

export interface SecretPattern {
  readonly title: string;
  readonly severity: Severity;
  /** The last group that took part, or else the whole match, is the secret. Repetitions are bounded: lines may be huge. */
  readonly expression: RegExp;
  /** Whether what was found can be a secret at all; `after`: the text behind it, over line ends. */
  readonly isLikely: (match: RegExpMatchArray, after: string) => boolean;
  /** Weak evidence, which counts only in code and settings of one's own. */
  readonly isGuess?: boolean;
}

const token = (title: string, expression: RegExp): SecretPattern => {
  return { title, severity: "critical", expression, isLikely: ([value]) => !isPlaceholder(value) };
};

const keyWord = "(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)";

const guess = (expression: RegExp, title = "likely secret"): SecretPattern => {
  return {
    title,
    severity: "high",
    expression,
    isGuess: true,
    isLikely: ([whole, value]) => isGuessed(value ?? whole),
  };
};

const isGuessed = (value: string): boolean => !isPlaceholder(value) && isStrangeWord(value);

const patterns: readonly SecretPattern[] = [
  {
    title: "private key",
    severity: "critical",
    expression: /-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g,
    isLikely: (_match, after) => isFilledKey(after),
  },
  token("AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g),
  token("GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})/g),
  token("GitLab token", /\bglpat-[A-Za-z0-9_-]{20,100}/g),
  token("Slack token", /\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}/g),
  token("Slack webhook", /\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,15}\/B[A-Z0-9]{6,15}\/[A-Za-z0-9]{16,40}/g),
  token("Stripe live key", /\b[rs]k_live_[A-Za-z0-9]{16,250}/g),
  token("Google API key", /\bAIza[0-9A-Za-z_-]{35}/g),
  token("Anthropic key", /\bsk-ant-[A-Za-z0-9_-]{20,250}/g),
  token("OpenAI key", /\bsk-(?:proj-[A-Za-z0-9_-]{20,250}|[A-Za-z0-9]{32,64}\b)/g),
  token("npm token", /\bnpm_[A-Za-z0-9]{36}\b/g),
  token("PyPI token", /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,250}/g),
  token("Hugging Face token", /\bhf_[A-Za-z0-9]{34}\b/g),
  token("SendGrid key", /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g),
  token("DigitalOcean token", /\bdo[opr]_v1_[0-9a-f]{64}\b/g),
  token("Azure storage key", /\bAccountKey=([A-Za-z0-9+/]{86}==)/g),
  {
    title: "JSON web token",
    severity: "high",
    expression: /\beyJ[\w-]{10,500}\.eyJ[\w-]{10,1000}\.[\w-]{10,500}/g,
    isLikely: ([value]) => isRealToken(value),
  },
  {
    title: "password in an address",
    severity: "high",
    expression: /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s:/@"'`]{0,60}):([^\s:/@"'`]{3,100})@(\[?[\w.:-]{1,100})/gi,
    isLikely: ([, user = "", password = "", host = ""]) =>
      !isPlaceholder(password) && isForeignPassword({ user, password, host }),
  },
  guess(new RegExp(`${keyWord}\\w{0,20}["']?\\s{0,5}(?::|=>?|:=)\\s{0,5}["'\`]([^"'\`\\s]{8,200})["'\`]`, "gi")),
  guess(/\bBearer\s{1,3}([A-Za-z0-9._~+/-]{20,500}={0,2})/g, "access token in a header"),
];

// Settings without quotes: NAME=value in .env, .ini, .properties and the like, name: value in YAML.
const settingsFile =
  /(?:^|\/)(?:\.env[\w.-]*|\.(?:npmrc|pypirc|netrc)|credentials|Dockerfile[\w.-]*|[^/]*\.(?:env|ini|properties|conf|cfg|ya?ml))$/i;
const setting = guess(
  new RegExp(
    `^\\s{0,20}(?:(?:export|ENV|ARG|-) )?[\\w./:-]{0,80}${keyWord}[\\w.-]{0,20}\\s{0,5}[=:]\\s{0,5}([^\\s"'#]{8,200})\\s*$`,
    "gi",
  ),
);
const weak = new Set<SecretPattern>(patterns.filter(({ isGuess }) => isGuess));
const strong = patterns.filter((pattern) => !weak.has(pattern));

const placeholder =
  /example|sample|change.?me|placeholder|dummy|redacted|your[_-]|replace|xxxx|\.\.\.|…|^<.*>$|\$\{|\{\{|\$\(|%\(|^[$%!*]|^process\.|^os\.|^env\.|(.)\1{5,}|^(?:test|fake|mock|secret|password|token)[\w-]*$|12345678|abcdefgh|not[- _]?real/i;

const isPlaceholder = (value: string): boolean => placeholder.test(value);

/** A look at a line that costs little: most lines have nothing that any pattern could take. */
export const mayHoldSecret = (text: string): boolean =>
  /pass|secret|token|key|credential|bearer|AKIA|ASIA|gh[pousr]_|github_pat|glpat|xox|xapp-|hooks\.slack|_live_|AIza|sk-|npm_|pypi-|hf_|SG\.|do[opr]_v1|eyJ|:\/\/[^\s/@]*:[^\s/@]*@/i.test(
    text,
  );

/** What is looked for in a file. Other people's files hold no secrets of ours that only a guess would find. */
export function secretPatternsFor(path: string): readonly SecretPattern[] {
  if (isVendored(path)) return strong;
  return settingsFile.test(path) ? [...patterns, setting] : patterns;
}

const lowered: Readonly<Record<Severity, Severity>> = { critical: "high", high: "medium", medium: "low", low: "low" };

/** In prose a value is an example more often than not, and in tests made up: there it takes a known form to matter. */
export function gradeSecret(pattern: SecretPattern, path: string): { severity: Severity; advice: string } {
  const once = lowered[pattern.severity];
  if (isTest(path)) {
    const severity = pattern.title === "private key" ? "low" : lowered[once];
    return { severity, advice: "in a test: make sure that it never was valid" };
  }
  if (isVendored(path)) return { severity: lowered[once], advice: "in other people's code: see where it comes from" };
  if (isDocumentation(path))
    return { severity: once, advice: "in a text or example: make sure that it never was valid" };
  return { severity: pattern.severity, advice: "revoke it, then take it out of the history" };
}
