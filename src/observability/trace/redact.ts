/** Takes out of a text what must not be kept. The security room has a larger one. */
export type Redact = (text: string) => string;

const mask = "[redacted]";

// Every repetition has an end: what models are given may be long, and made so that a pattern reads it again and again.
/** Forms that tokens of well-known services have, and keys. */
const forms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\w\s+/=:,.-]{0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g,
  /\bgithub_pat_\w{22,255}\b/g,
  /\bglpat-[\w-]{20,255}/g,
  /\bsk-(?:ant-|proj-|or-)?[\w-]{20,255}/g,
  /\bxox[abeoprs]-[\w-]{10,255}/g,
  /\bAIza[\w-]{35}/g,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bhf_[A-Za-z0-9]{30,255}\b/g,
  /\beyJ[\w-]{10,4000}\.eyJ[\w-]{10,4000}\.[\w-]{0,1000}/g,
];

/** A name that says that a secret follows, and what follows; `$1` stays. */
const named: readonly RegExp[] = [
  /\b(authorization\s{0,5}[:=]\s{0,5}(?:bearer|basic)\s{1,5})[\w.~+/=-]{8,4000}/gi,
  /\b([a-z][a-z\d+.-]{1,20}:\/\/[^\s:/@]{0,100}:)[^\s/@]{1,200}(?=@)/gi,
  /((?:\b|_)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret)["']?\s{0,5}[=:]\s{0,5}["']?)[^\s"',;&<>]{6,4000}/gi,
];

export const redactSecrets: Redact = (text) => {
  let kept = text;
  for (const form of forms) kept = kept.replace(form, mask);
  for (const form of named) kept = kept.replace(form, `$1${mask}`);
  return kept;
};
