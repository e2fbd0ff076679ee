import type { JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { plural } from "../../data/format.ts";
import { useQuery } from "../../data/query.ts";
import { Command } from "../../ui/command.tsx";
import { Glyph } from "../../ui/glyph.tsx";
import { Page } from "../../ui/page.tsx";
import { Shown } from "../../ui/state.tsx";
import { commandIn, groupsOf, type Finding } from "./finding.ts";
import "./doctor.css";

/** What `tutti doctor` finds, with the way to mend what is wrong. */
export function DoctorPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  const findings = useQuery("doctor", (signal) => tutti.doctor({}, { signal }));
  const action = (
    <button type="button" class="btn" disabled={findings.isLoading} onClick={findings.reload}>
      {findings.isLoading ? "Examining" : "Examine again"}
    </button>
  );
  return (
    <Page title="Doctor" answer={findings.data ? answerOf(findings.data) : undefined} action={action}>
      <Shown answer={findings} lines={8}>
        {(list) => (
          <div class="doctor">
            {groupsOf(list).map(({ group, findings: found }) => (
              <section key={group}>
                <h2>{group}</h2>
                <ul>
                  {found.map((finding) => (
                    <Line key={finding.name} finding={finding} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
      </Shown>
    </Page>
  );
}

function Line({ finding: { name, status, message, fix } }: { readonly finding: Finding }): JSX.Element {
  const command = fix === null ? null : commandIn(fix);
  return (
    <li>
      <Glyph status={status} label={{ ok: "fine", warn: "warning", fail: "wrong", off: "not in use" }[status]} />
      <b>{name}</b>
      <span class="muted">{message}</span>
      {fix === null ? null : (
        <div class="doctor-fix">
          <p>{fix}</p>
          {command === null ? null : <Command text={command} />}
        </div>
      )}
    </li>
  );
}

function answerOf(list: readonly Finding[]): string {
  const wrong = list.filter(({ status }) => status === "fail").length;
  const warnings = list.filter(({ status }) => status === "warn").length;
  if (wrong > 0) return `${plural(wrong, "check")} of ${list.length} failed; each says how to mend it.`;
  return warnings > 0 ? `Everything works; ${plural(warnings, "warning")}.` : `All ${list.length} checks pass.`;
}
