interface Budget {
  readonly name: string;
  readonly metric: string;
  readonly windows: readonly {
    readonly used: number;
    readonly reserved: number;
    readonly limit: number;
    readonly isCurrent: boolean;
  }[];
}

export interface BudgetLine {
  readonly share: number;
  readonly name: string;
  readonly limit: number;
}

/** The budget in tokens whose present window is the fullest; null where there is none. */
export function mostUsedBudget(budgets: readonly Budget[]): BudgetLine | null {
  const lines = budgets
    .filter(({ metric }) => metric === "tokens")
    .flatMap(({ name, windows }) =>
      windows
        .filter(({ isCurrent, limit }) => isCurrent && limit > 0)
        .map(({ used, reserved, limit }) => ({
          share: (used + reserved) / limit,
          name,
          limit,
        })),
    );
  return lines.toSorted((a, b) => b.share - a.share)[0] ?? null;
}
