import type { ComponentChildren, JSX } from "preact";
import { tutti } from "../../data/api.ts";
import { duration } from "../../data/format.ts";
import { useCall, useQuery } from "../../data/query.ts";
import { flows as flowList, host as hostCall } from "../../first.ts";
import { Command } from "../../ui/command.tsx";
import { copyText } from "../../ui/copy.ts";
import { Status } from "../../ui/glyph.tsx";

/** Before the first run: steps that tick themselves when the daemon sees that they are done. */
export function FirstSteps(): JSX.Element {
  const host = useCall(hostCall);
  const models = useQuery("models.first", (signal) => tutti.models.list({}, { signal }), { everyMs: 5_000 });
  const flows = useCall(flowList, { everyMs: 5_000 });
  const chat = models.data?.find(({ kind, problem }) => kind === "chat" && problem === null);
  const flow =
    flows.data?.find(({ problem, isBuiltIn }) => problem === null && !isBuiltIn) ??
    flows.data?.find(({ problem }) => problem === null);
  return (
    <>
      <EmptyScore />
      <div class="overview-columns">
        <ol class="first-steps">
          <Step
            nr={1}
            title="The host is up"
            state={host.data ? "succeeded" : "running"}
            word={host.data ? booted(host.data.bootMs) : "asking"}
          >
            <p>
              One process, one folder: <code title={host.data?.home}>{shortPath(host.data?.home) ?? ".tutti/"}</code>.
              Nothing leaves this machine.
            </p>
          </Step>
          <Step
            nr={2}
            title="A model answers"
            state={chat ? "succeeded" : models.error ? "failed" : "queued"}
            word={chat ? chat.name : models.error ? "no server answers" : "no chat model yet"}
          >
            {chat
              ? "Flows that use a model can run."
              : (models.error?.message ??
                "The model server answers and has no chat model yet. Flows without a model run all the same.")}
            {chat ? null : <Command text="tutti models pull llama3.2" />}
          </Step>
          <Step nr={3} title="The first run" state="queued" word="waits for you">
            {flow
              ? `Runs ${flow.name}; every step is shown here while it goes on.`
              : "A file in flows/ is enough; `tutti init` writes the first one."}
            <Command text={flow ? `tutti run ${flow.name}` : "tutti init"} />
          </Step>
        </ol>
        <aside class="stack">
          <h2>Let your coding agent do it</h2>
          <p class="muted">A prompt that explains Tutti's words and commands, for the agent that you use already.</p>
          <p>
            <button type="button" class="btn" onClick={() => void copyText(agentPrompt, "the prompt")}>
              Copy the prompt
            </button>
          </p>
        </aside>
      </div>
    </>
  );
}

/** A host that a command has brought along was not booted for itself. */
function booted(ms: number): string {
  return ms === 0 ? "it answers" : `done in ${duration(ms)}`;
}

/** The folder and the one around it: where a project lies on the disk is known to who works in it. */
function shortPath(path: string | undefined): string | undefined {
  return path?.split(/[/\\]/).slice(-2).join("/");
}

interface StepProps {
  readonly nr: number;
  readonly title: string;
  readonly state: string;
  readonly word: string;
  readonly children: ComponentChildren;
}

function Step({ nr, title, state, word, children }: StepProps): JSX.Element {
  return (
    <li>
      <span class="nr">{nr}</span>
      <h2>{title}</h2>
      <span class="line small">
        <Status status={state} />
        <span class="muted">{word}</span>
      </span>
      <div class="then muted stack">{children}</div>
    </li>
  );
}

/** Three staves with rests: the place where the first run will be drawn. */
function EmptyScore(): JSX.Element {
  const staves = [20, 78, 136];
  return (
    <svg class="empty-score" viewBox="0 0 1120 170" role="img" aria-label="An empty score: no runs yet">
      {staves.flatMap((top) =>
        [0, 6, 12, 18].map((line) => <path key={`${top} ${line}`} class="staff" d={`M10 ${top + line}H1110`} />),
      )}
      <path class="ink" stroke-width="3" d="M10 12C4 14 2 16 2 20v130c0 4 2 6 8 8" />
      {[376, 742].map((x) => (
        <path key={x} class="barline" d={`M${x} 20V154`} />
      ))}
      <path class="barline" d="M1104 20V154" />
      <path class="ink" stroke-width="3" d="M1110 20V154" />
      {staves.flatMap((top) =>
        [190, 556, 920].map((x) => <rect key={`${top} ${x}`} class="rest" x={x} y={top + 6} width="14" height="4" />),
      )}
      <text x="556" y="64" text-anchor="middle">
        tacet: no runs yet. The first one is drawn here.
      </text>
    </svg>
  );
}

const agentPrompt = `This project uses Tutti, a local orchestrator for durable agent flows. A flow is a TypeScript file in flows/ that exports flow({ name, input, run(step, input) });
each awaited step.run, step.shell, step.model, step.agent, step.map, step.review is stored and never done twice. Commands: \`tutti flow list\`, \`tutti run <flow> --input key=value\`, \`tutti run get <id>\`,
\`tutti review list\`, \`tutti doctor\`; all take --json. Read docs/ of the package "tutti" before writing a flow. Write a first flow for this project, run it, and show me the result.
`;
