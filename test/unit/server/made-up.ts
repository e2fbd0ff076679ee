import { z } from "zod";
import { TuttiError } from "../../../src/core/error.ts";
import { operation, type AnyOperation } from "../../../src/core/operation.ts";

/** Operations that exist only for tests; `heard` keeps what happened to them. */
export function madeUpOperations(heard: string[] = []): AnyOperation[] {
  const common = {
    role: "viewer",
    idempotent: true,
    faces: ["cli", "http", "sdk"],
    cli: { examples: ["tutti"] },
  } as const;
  const read = { ...common, method: "GET", effect: "read" } as const;
  const write = { ...common, method: "POST", effect: "write" } as const;
  return [
    operation({
      ...read,
      name: "thing.get",
      summary: "Shows a thing",
      path: "/things/:id",
      input: z.strictObject({ id: z.string(), limit: z.coerce.number().int().default(3) }),
      output: z.unknown(),
      handle: async (input, { caller }) => ({ ...input, caller }),
    }),
    operation({
      ...read,
      name: "thing.list",
      summary: "Lists things, newest first",
      path: "/things",
      input: z.strictObject({
        before: z.string().optional(),
        only: z.array(z.string()).optional(),
        limit: z.coerce.number().int().min(1).max(10).default(3),
      }),
      output: z.array(z.object({ id: z.string() })),
      page: { cursor: "before", key: "id" },
      handle: async ({ before = "t9", only, limit }) =>
        ["t5", "t4", "t3", "t2", "t1"]
          .filter((id) => id < before && (only?.includes(id) ?? true))
          .slice(0, limit)
          .map((id) => ({ id })),
    }),
    operation({
      ...write,
      name: "thing.make",
      summary: "Makes a thing",
      path: "/things",
      input: z.strictObject({ size: z.number(), tags: z.array(z.string()).optional() }),
      output: z.unknown(),
      handle: async (input) => input,
    }),
    operation({
      ...write,
      name: "thing.fail",
      summary: "Fails",
      path: "/things/:id/fail",
      input: z.strictObject({ id: z.string() }),
      output: z.unknown(),
      handle: async ({ id }) => {
        if (id === "defect") throw new RangeError("off by one");
        throw new TuttiError("run.missing", `there is no ${id}`, { hint: "Look again.", where: "here", data: { id } });
      },
    }),
    operation<{ id: string }, unknown, unknown>({
      ...read,
      name: "thing.follow",
      summary: "Follows a thing",
      path: "/things/:id/follow",
      input: z.strictObject({ id: z.string() }),
      output: z.unknown(),
      progress: z.unknown(),
      handle: async function* ({ id }, { signal }) {
        try {
          yield { turn: 1 };
          yield { turn: "zwei – ü" };
          if (id === "breaks") throw new RangeError("off by one");
          if (id === "fails") throw new TuttiError("run.conflict", "it broke");
          if (id !== "endless") return { id };
          const { promise, resolve } = Promise.withResolvers<void>();
          signal.addEventListener("abort", () => resolve(), { once: true });
          heard.push("waiting");
          await promise;
          return undefined;
        } finally {
          heard.push(signal.aborted ? "aborted" : "ended");
        }
      },
    }),
  ];
}
