import type { Migration } from "../core/capability.ts";

export interface ReviewTables {
  reviews: {
    id: string;
    run_id: string;
    step: string;
    title: string;
    payload: string | null;
    choices: string;
    status: string;
    created_at: number;
    decision: string | null;
    /** The key of a question that many steps have; at most one of a key is open. */
    shared: string | null;
  };
  /** Who waits for a shared review. */
  review_waits: { run_id: string; step: string; review: string };
}

const table = (integer: string): string => `create table reviews (
  id text primary key, run_id text not null, step text not null, title text not null, payload text, choices text not null,
  status text not null, created_at ${integer} not null, decision text)`;

const indexes = [
  "create index reviews_status on reviews (status, created_at)",
  "create index reviews_run on reviews (run_id, step)",
];

const shared = [
  "alter table reviews add column shared text",
  "create unique index reviews_shared on reviews (shared) where status = 'open'",
  "create table review_waits (run_id text not null, step text not null, review text not null, primary key (run_id, step))",
  "create index review_waits_review on review_waits (review)",
];

export const reviewMigrations: readonly Migration[] = [
  { name: "001-reviews", sqlite: [table("integer"), ...indexes], postgres: [table("bigint"), ...indexes] },
  { name: "002-shared", sqlite: shared, postgres: shared },
];
