/** What a run of the three-model flow asks for, in order: plan, look around, write, twice, and check. */
export const threeModels = [
  "planner",
  ...["explorer", "explorer", "explorer"],
  ...["coder", "coder"],
  "planner",
  ...["explorer", "explorer"],
  ...["coder", "coder"],
  "planner",
] as const;

export type Role = (typeof threeModels)[number];
