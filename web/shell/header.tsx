import type { JSX } from "preact";
import { Link, useLocation } from "wouter-preact";
import { now, zoneName } from "../data/clock.ts";
import { ago } from "../data/format.ts";
import { heardAt, liveState } from "../data/live.ts";
import { look, setLook } from "../data/setting.ts";
import { Icon } from "../ui/icon.tsx";
import { pageAt } from "../pages.ts";
import { keyLabel } from "./keys.ts";

export function Header({ onFind }: { readonly onFind: () => void }): JSX.Element {
  return (
    <header class="header">
      <Crumbs />
      <div class="header-right">
        <Zone />
        <Freshness />
        <button type="button" class="find" onClick={onFind}>
          <Icon name="search" />
          <span>Search or run</span>
          <kbd>{keyLabel("mod+k")}</kbd>
        </button>
      </div>
    </header>
  );
}

/** Where one is: the folder, the page, what is open in it. */
function Crumbs(): JSX.Element {
  const [path] = useLocation();
  const page = pageAt(path);
  const inside =
    page && path.length > page.path.length + 1 ? decodeURIComponent(path.slice(page.path.length + 1)) : null;
  return (
    <nav class="crumbs" aria-label="Where you are">
      {page === undefined ? (
        <b>Not found</b>
      ) : inside === null ? (
        <b>{page.name}</b>
      ) : (
        <Link href={page.path}>{page.name}</Link>
      )}
      {inside === null ? null : (
        <>
          <span class="bar" aria-hidden="true">
            /
          </span>
          <b class="mono cut">{inside}</b>
        </>
      )}
    </nav>
  );
}

function Zone(): JSX.Element {
  const zone = look.value.utc ? "UTC" : zoneName.value;
  return (
    <button
      type="button"
      class="link keys-hint"
      title="Times are shown in this zone; click or press z for the other"
      onClick={() => setLook({ utc: !look.value.utc })}
    >
      {zone}
    </button>
  );
}

/** Whether what is on the screen is what is. */
function Freshness(): JSX.Element {
  const state = liveState.value;
  const words = {
    live: "live",
    connecting: "connecting",
    lost: `lost ${ago(heardAt.value, now.value)} ago, trying again`,
  };
  return (
    <span class={state === "live" ? "freshness" : "freshness is-lost"} role="status">
      <span class="dot" aria-hidden="true" />
      {words[state]}
    </span>
  );
}
