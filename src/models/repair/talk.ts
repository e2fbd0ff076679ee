/**
 * Whether prose around something that looks like a call only talks about one: an explanation, an example, a refusal, a
 * report of what was done. Rather one call too few than one that nobody meant: a model can be asked again, what a tool did
 * stays done.
 */
export function isTalk(prose: string): boolean {
  return talk.test(prose) || negation.test(prose);
}

/** Whether the last sentence announces that the call which follows is to be made now. */
export function isIntent(prose: string): boolean {
  const sentences = prose.trim().split(/(?<=[.!?])\s+|\n+/);
  return intent.test(sentences.at(-1)?.trim() ?? "");
}

/** Whether what comes after a call only waits for it. */
export function isWaiting(prose: string): boolean {
  return prose.trim() === "" || waiting.test(prose.trim());
}

const talk = anyOf(
  // Examples and suppositions.
  String.raw`\b(?:examples?|e\.?g\.|for instance|such as|looks? like|hypothetical\w*|pretend|imagine|suppose|pseudo\w*)\b`,
  String.raw`\b(?:like (?:this|so|these)|as follows|of the form)\b[^.\n]{0,20}$`,
  String.raw`\bwould (?:be|look|call|use|have|write|return|need|send|emit|then|run|make|do)\b|\bcould (?:be|look|call|use|have)\b`,
  // Explanations.
  String.raw`\b(?:format|syntax|schema|signature|definition|template|placeholder|notation|convention)s?\b[^.\n]{0,40}(?:\bis\b|\bare\b|:)`,
  String.raw`\byou(?:'d)? (?:can|could|should|may|might|would|must|need|have to|call|use|write|wrote|sent|emit)\b|\bif (?:you|i|we|asked)\b|\bhow (?:to|do|does|can|would)\b`,
  String.raw`\b(?:explain(?:s|ed|ing)?|explanation|describ(?:e|es|ed|ing)|illustrat\w*|demonstrat\w*|equivalent|tutorial|fixture|snippet)\b`,
  String.raw`\bto (?:call|invoke|use) (?:it|this|the|a|an|any)\b[^.\n]{0,120}(?:,|\bwrite\b|\bemit\b|\boutput\b|\bsend\b)|\b(?:tools?|functions?) (?:takes?|expects?|accepts?|requires?|has|have|returns?|is|are|can)\b`,
  // Reports.
  String.raw`\b(?:previously|earlier|already|last time|yesterday)\b|\b(?:was|were|is|are|being|been) (?:called|invoked|used|written|parsed|sent|emitted|formatted|represented|encoded)\b`,
  String.raw`\bI (?:called|used|ran|made|invoked|sent|tried|wrote)\b|\b(?:returned|responded|logged|recorded)\b`,
  String.raw`\b(?:says?|said|contains?|includes?|reads|log|logs|transcript|history|documentation|docs|readme|manual|spec|prompt|page|file|message|text|output)\s*:\s*$`,
  String.raw`\b(?:show|give|provide|present|write|quote|draft|explain)(?:ing)? you\b|\b(?:quote|show|document|cite)\b`,
  String.raw`\b(?:the|a) JSON\b|\bJSON (?:you|that|for|of)\b|\bpayload\b`,
  // What somebody else wants, and questions.
  String.raw`\b(?:wrong|incorrect|malformed|injection|attack\w*|malicious|suspicious|untrusted|instructs?|(?:asked|tells?|wants?|told) me to|quot(?:e|es|ed|ing))\b`,
  String.raw`\b(?:shall|should|may|can) I\b|\bdo you want\b|\bwould you\b|\bplease (?:call|run|use|execute|paste|copy|confirm|approve)\b|\b(?:manually|yourself)\b`,
  String.raw`\b(?:approv\w+|consent|confirm\w*|permission|whether)\b|\bafter you\b|\bbefore (?:I|we|running|calling|doing|executing)\b|\bwait for your\b|\byou (?:run|do|execute|invoke|approve)\b`,
);
const negation = anyOf(
  String.raw`\b(?:do|does|did|is|are|was|were|would|could|should|can|will|has|have|had|must|need|wo|ca)n['’]?t\b|\bcannot\b|\b\w+ not\b`,
  String.raw`\b(?:never|unable|sorry|refus\w+|declin\w+|without calling|no need|unnecessary|avoid|instead of|rather than)\b`,
);
const intent = anyOf(
  String.raw`\bI(?:'ll|’ll| will| need to| am going to|'m going to| have to| must| want to|'d like to| am (?:calling|using|going)|'m (?:calling|using))\b`,
  String.raw`\blet(?:'s|’s| me| us)\b(?! know)|^(?:calling|invoking|using|running|checking|searching|reading|looking|fetching|executing|getting)\b|^thought:`,
  String.raw`\bhere(?:'s|’s| is| are) (?:the|my) (?:tool |function |next )?(?:calls?|request|step)\b|^(?:tool|function) calls?:?$|^action:?$`,
);
const waiting =
  /^(?:I(?:'ll|’ll| will) (?:wait|use|then|now|get|report|tell|answer|continue|summari[sz]e|analy[sz]e)|waiting|please wait|one moment|after (?:this|that)|once (?:I|this|that|it|the)|let me wait)\b[^{}[\]<>`]*$/i;

function anyOf(...patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join("|"), "im");
}
