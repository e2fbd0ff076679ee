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
  };
}

const table = (integer: string): string => `create table reviews (
  id text primary key, run_id text not null, step text not null, title text not null, payload text, choices text not null,
  status text not null, created_at ${integer} not null, decision text)`;

const indexes = [
  "create index reviews_status on reviews (status, created_at)",
  "create index reviews_run on reviews (run_id, step)",
];

export const reviewMigrations: readonly Migration[] = [
  { name: "001-reviews", sqlite: [table("integer"), ...indexes], postgres: [table("bigint"), ...indexes] },
];
