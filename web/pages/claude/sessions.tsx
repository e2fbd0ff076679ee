import type { JSX } from "preact";
import { Link } from "wouter-preact";
import { count, duration, money, shortId, whole } from "../../data/format.ts";
import { Ago } from "../../ui/time.tsx";
import type { View } from "./claude.tsx";
import { readTokens } from "./claude-words.ts";

/** The sessions, the last ones first; each leads to what it has told. */
export function Sessions({ sessions }: { readonly sessions: View["sessions"] }): JSX.Element | null {
  if (sessions.length === 0) return null;
  return (
    <section class="claude-section">
      <h2>Sessions</h2>
      <table class="table" aria-label="Sessions of Claude Code">
        <thead>
          <tr>
            <th>session</th>
            <th class="seen">last seen</th>
            <th class="num wide">for</th>
            <th class="num">prompts</th>
            <th class="num">tools</th>
            <th class="num wide">read</th>
            <th class="num wide">written</th>
            <th class="num">money</th>
            <th class="wide">models</th>
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <Row key={session.id} session={session} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ session }: { readonly session: View["sessions"][number] }): JSX.Element {
  const { id, firstAt, lastAt, prompts, toolCalls, tokens, costUsd, models, errors, traceId } = session;
  return (
    <tr>
      <td class="id">
        <Link href={`/logs?${new URLSearchParams({ q: `session.id:${id}` }).toString()}`} title={id}>
          {shortId(id)}
        </Link>
        {traceId === null ? null : (
          <Link class="aside" href={`/traces/${traceId}`}>
            trace
          </Link>
        )}
        {errors === 0 ? null : <span class="aside">{whole(errors)} failed</span>}
      </td>
      <td>
        <Ago at={lastAt} /> ago
      </td>
      <td class="num wide">{duration(lastAt - firstAt)}</td>
      <td class="num">{whole(prompts)}</td>
      <td class="num">{whole(toolCalls)}</td>
      <td class="num wide">{count(readTokens(tokens))}</td>
      <td class="num wide">{count(tokens.output)}</td>
      <td class="num">{money(costUsd)}</td>
      <td class="wide">{models.join(", ")}</td>
    </tr>
  );
}
