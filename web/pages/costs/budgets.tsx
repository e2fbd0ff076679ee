import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { now } from "../../data/clock.ts";
import { clockTime, duration, percent } from "../../data/format.ts";
import { useCall } from "../../data/query.ts";
import { budgets as budgetList } from "../../first.ts";
import { look } from "../../data/setting.ts";
import { Shown } from "../../ui/state.tsx";
import { amount, atTheMarks, fullestWindow, whatIsLimited, type Budget } from "./budget-words.ts";
import { BudgetDialog } from "./budget-dialog.tsx";

/** Each budget as a line: what is used, the soft mark, the hard one at its end; and what happens there. */
export function Budgets(): JSX.Element {
  const budgets = useCall(budgetList, {
    changedBy: ({ type }) => type.startsWith("tutti.budget.") || type === "tutti.run.succeeded",
    everyMs: 30_000,
  });
  const [edited, setEdited] = useState<Budget | "new" | null>(null);
  return (
    <section class="budgets">
      <h2>
        Budgets <span class="aside">the fill is used, the tick is the soft mark, the end is the hard one</span>
        <button type="button" class="btn short push" onClick={() => setEdited("new")}>
          New budget
        </button>
      </h2>
      <Shown answer={budgets}>
        {(list) =>
          list.length === 0 ? (
            <p class="muted budget-none">
              There is none: nothing stops a flow from calling models for as long as it likes.
            </p>
          ) : (
            <ul>
              {list.map((budget) => (
                <Line key={budget.name} budget={budget} onEdit={() => setEdited(budget)} />
              ))}
            </ul>
          )
        }
      </Shown>
      {edited === null ? null : (
        <BudgetDialog budget={edited === "new" ? null : edited} onClose={() => (setEdited(null), budgets.reload())} />
      )}
    </section>
  );
}

function Line({ budget, onEdit }: { readonly budget: Budget; readonly onEdit: () => void }): JSX.Element {
  const window = fullestWindow(budget);
  const used = window.used + window.reserved;
  const share = used / Math.max(window.limit, Number.MIN_VALUE);
  const state = share >= 1 ? "is-full" : share * 100 >= budget.warnAt ? "is-soft" : "";
  const { soft, hard } = atTheMarks(budget);
  return (
    <li>
      <div>
        <button type="button" class="link" onClick={onEdit}>
          <b>{budget.name}</b>
        </button>
        <div class="muted">{whatIsLimited(budget)}</div>
      </div>
      <div>
        <div
          class={`budget-line ${state}`}
          role="meter"
          aria-label={budget.name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.min(100, Math.round(share * 100))}
        >
          <i class="budget-fill" style={{ width: `${Math.min(1, share) * 100}%` }} />
          <i class="budget-mark" style={{ left: `${budget.warnAt}%` }} />
        </div>
        <div class="line small muted">
          <span>
            {amount(budget, used)} of {amount(budget, window.limit)}, {percent(share)}
            {window.subject === "" || window.subject === budget.of ? "" : ` (${window.subject})`}
          </span>
          <span class="push">{budget.resetsAt === null ? "" : resets(budget)}</span>
        </div>
      </div>
      <p>
        {window.warnedAt === null ? (
          <span class="muted">{soft}</span>
        ) : (
          <span class="is-warn">Soft mark passed at {clockTime(window.warnedAt, now.value, look.value)}.</span>
        )}{" "}
        <b>{hard}</b>
      </p>
    </li>
  );
}

function resets({ resetsAt, timeZone }: Budget): string {
  return `resets in ${duration(Math.max(0, (resetsAt ?? 0) - now.value))} (${timeZone})`;
}
