// Made from the operations by test/unit/sdk/api.test.ts: TUTTI_TEST_WRITE=1 npm test -- test/unit/sdk/api.test.ts
import type { OperationPlace } from "./request.ts";

export interface OperationRow extends OperationPlace {
  /** Answered at once, page by page, or followed. */
  readonly kind: "call" | "list" | "stream";
}

export const operationTable: readonly OperationRow[] = [
  { name: "budget.list", method: "GET", path: "/budgets", kind: "list", idempotent: true },
  { name: "budget.remove", method: "DELETE", path: "/budgets/:name", kind: "call", idempotent: false },
  { name: "budget.set", method: "PUT", path: "/budgets/:name", kind: "call", idempotent: true },
  { name: "budget.show", method: "GET", path: "/budgets/:name", kind: "call", idempotent: true },
  { name: "config.explain", method: "GET", path: "/config/:key/explain", kind: "call", idempotent: true },
  { name: "config.get", method: "GET", path: "/config/:key", kind: "call", idempotent: true },
  { name: "config.list", method: "GET", path: "/config", kind: "list", idempotent: true },
  { name: "config.path", method: "GET", path: "/config-path", kind: "call", idempotent: true },
  { name: "config.schema", method: "GET", path: "/config-schema", kind: "call", idempotent: true },
  { name: "cost.show", method: "GET", path: "/cost", kind: "call", idempotent: true },
  { name: "doctor", method: "GET", path: "/doctor", kind: "list", idempotent: true },
  { name: "event.emit", method: "POST", path: "/events", kind: "call", idempotent: false },
  { name: "event.list", method: "GET", path: "/events", kind: "list", idempotent: true },
  { name: "event.tail", method: "GET", path: "/events/stream", kind: "stream", idempotent: true },
  { name: "flow.list", method: "GET", path: "/flows", kind: "list", idempotent: true },
  { name: "flow.show", method: "GET", path: "/flows/:name", kind: "call", idempotent: true },
  { name: "flow.verify", method: "POST", path: "/flows/verify", kind: "stream", idempotent: false },
  { name: "models.advise", method: "GET", path: "/models-advice", kind: "list", idempotent: true },
  { name: "models.list", method: "GET", path: "/models", kind: "list", idempotent: true },
  { name: "models.probe", method: "POST", path: "/models/:model/probe", kind: "stream", idempotent: true },
  { name: "models.pull", method: "POST", path: "/models/:model/pull", kind: "stream", idempotent: true },
  { name: "models.remove", method: "DELETE", path: "/models/:model", kind: "call", idempotent: false },
  { name: "models.servers", method: "GET", path: "/model-servers", kind: "list", idempotent: true },
  { name: "models.show", method: "GET", path: "/models/:model", kind: "call", idempotent: true },
  { name: "review.answer", method: "POST", path: "/reviews/:id/answer", kind: "call", idempotent: false },
  { name: "review.approve", method: "POST", path: "/reviews/:id/approve", kind: "call", idempotent: false },
  { name: "review.list", method: "GET", path: "/reviews", kind: "list", idempotent: true },
  { name: "review.reject", method: "POST", path: "/reviews/:id/reject", kind: "call", idempotent: false },
  { name: "review.show", method: "GET", path: "/reviews/:id", kind: "call", idempotent: true },
  { name: "run.cancel", method: "POST", path: "/runs/:id/cancel", kind: "call", idempotent: false },
  { name: "run.fork", method: "POST", path: "/runs/:id/fork", kind: "call", idempotent: false },
  { name: "run.get", method: "GET", path: "/runs/:id", kind: "call", idempotent: true },
  { name: "run.list", method: "GET", path: "/runs", kind: "list", idempotent: true },
  { name: "run.pause", method: "POST", path: "/runs/:id/pause", kind: "call", idempotent: false },
  { name: "run.resume", method: "POST", path: "/runs/:id/resume", kind: "call", idempotent: false },
  { name: "run.retry", method: "POST", path: "/runs/:id/retry", kind: "call", idempotent: false },
  { name: "run.start", method: "POST", path: "/runs", kind: "call", idempotent: false },
  { name: "run.stats", method: "GET", path: "/runs/stats", kind: "call", idempotent: true },
  { name: "run.step", method: "GET", path: "/runs/:id/step", kind: "call", idempotent: true },
  { name: "run.timeline", method: "GET", path: "/runs/:id/timeline", kind: "call", idempotent: true },
  { name: "run.watch", method: "GET", path: "/runs/:id/watch", kind: "stream", idempotent: true },
  { name: "tool.list", method: "GET", path: "/tools", kind: "list", idempotent: true },
];
