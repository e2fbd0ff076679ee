import type { Migration } from "../core/capability.ts";

export interface ModelTables {
  model_probes: {
    server: string;
    /** `provider/name` as its server writes it. */
    model: string;
    digest: string;
    probed_at: number;
    /** JSON of `ProbeFacts`. */
    facts: string;
  };
}

const probes = (integer: string): string => `create table model_probes (
  server text not null, model text not null, digest text not null, probed_at ${integer} not null, facts text not null,
  primary key (server, model, digest))`;

export const modelMigrations: readonly Migration[] = [
  { name: "001-probes", sqlite: [probes("integer")], postgres: [probes("bigint")] },
];
