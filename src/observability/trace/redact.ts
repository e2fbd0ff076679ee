/** Takes out of a text what must not be kept. The security room has a larger one. */
export type Redact = (text: string) => string;

const mask = "[redacted]";

/** Forms that tokens of well-known services have, and keys. */
const forms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g,
  /\bgithub_pat_\w{22,255}\b/g,
  /\bglpat-[\w-]{20,}/g,
  /\bsk-(?:ant-|proj-|or-)?[\w-]{20,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bAIza[\w-]{35}/g,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bhf_[A-Za-z0-9]{30,}\b/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*/g,
];

/** A name that says that a secret follows, and what follows; `$1` stays. */
const named: readonly RegExp[] = [
  /\b(authorization\s*[:=]\s*(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  /([a-z][a-z\d+.-]*:\/\/[^\s:/@]+:)[^\s/@]+(?=@)/gi,
  /((?:\b|_)(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret)["']?\s*(?:=|:)\s*["']?)[^\s"',;&<>]{6,}/gi,
];

export const redactSecrets: Redact = (text) => {
  let kept = text;
  for (const form of forms) kept = kept.replace(form, mask);
  for (const form of named) kept = kept.replace(form, `$1${mask}`);
  return kept;
};
