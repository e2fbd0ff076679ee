import type { JSX } from "preact";
import { count, duration, money, whole } from "../../data/format.ts";
import { Clock } from "../../ui/time.tsx";
import type { View } from "./claude.tsx";
import { readTokens } from "./claude-words.ts";

export function Tools({ tools }: { readonly tools: View["tools"] }): JSX.Element | null {
  if (tools.length === 0) return null;
  return (
    <section class="claude-section">
      <h2>Tools</h2>
      <table class="table" aria-label="Tools that Claude Code has used">
        <thead>
          <tr>
            <th>tool</th>
            <th class="num">calls</th>
            <th class="num">failed</th>
            <th class="num">refused</th>
            <th class="num">median</th>
            <th class="num wide">p95</th>
          </tr>
        </thead>
        <tbody>
          {tools.map(({ name, calls, failures, rejected, medianMs, p95Ms }) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="num">{whole(calls)}</td>
              <td class="num">{whole(failures)}</td>
              <td class="num">{whole(rejected)}</td>
              <td class="num">{duration(medianMs)}</td>
              <td class="num wide">{duration(p95Ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Models({ models }: { readonly models: View["models"] }): JSX.Element | null {
  if (models.length === 0) return null;
  return (
    <section class="claude-section">
      <h2>Models</h2>
      <table class="table" aria-label="Models that Claude Code has called">
        <thead>
          <tr>
            <th>model</th>
            <th class="num">calls</th>
            <th class="num">read</th>
            <th class="num">written</th>
            <th class="num">money</th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ name, calls, tokens, costUsd }) => (
            <tr key={name}>
              <td>{name}</td>
              <td class="num">{whole(calls)}</td>
              <td class="num">{count(readTokens(tokens))}</td>
              <td class="num">{count(tokens.output)}</td>
              <td class="num">{money(costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Errors({ errors }: { readonly errors: View["errors"] }): JSX.Element | null {
  if (errors.length === 0) return null;
  return (
    <section class="claude-section">
      <h2>What went wrong</h2>
      <ul class="claude-errors">
        {errors.map(({ at, event, message }, index) => (
          <li key={index}>
            <span class="muted">
              <Clock at={at} />
            </span>
            <b>{event.replaceAll("_", " ")}</b>
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
