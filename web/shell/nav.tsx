import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { bytes, duration } from "../data/format.ts";
import { now } from "../data/clock.ts";
import { useCall } from "../data/query.ts";
import { keptBytes } from "../data/storage.ts";
import { Glyph } from "../ui/glyph.tsx";
import { Icon } from "../ui/icon.tsx";
import { showCues } from "../ui/page.tsx";
import { firingAlerts, host, openReviews } from "../first.ts";
import { groups, pages, type PageEntry } from "../pages.ts";

export function Nav({ onMore }: { readonly onMore: () => void }): JSX.Element {
  const [path] = useLocation();
  const cues = useOpenReviews();
  const firing = useFiring();
  return (
    <nav class="nav" aria-label="Pages">
      <Link href="/" class="mark" aria-label="Tutti, overview">
        <Mark />
        <span class="nav-word">Tutti</span>
      </Link>
      {groups.map((group) => (
        <div key={group.name} role="presentation" class="nav-part">
          {group.name === "" ? null : <div class="nav-group">{group.name}</div>}
          {group.pages.map((id) => (
            <Item
              key={id}
              page={pages[id]}
              isHere={isWithin(path, pages[id].path)}
              cues={id === "reviews" ? cues : 0}
              firing={id === "alerts" ? firing : 0}
            />
          ))}
        </div>
      ))}
      <button type="button" class="nav-item btn quiet" data-phone="only" onClick={onMore}>
        <Icon name="more" />
        <span class="nav-word">More</span>
      </button>
      <Foot />
    </nav>
  );
}

function Item({
  page,
  isHere,
  cues,
  firing,
}: {
  readonly page: PageEntry;
  readonly isHere: boolean;
  readonly cues: number;
  readonly firing: number;
}): JSX.Element {
  return (
    <Link
      href={page.path}
      class="nav-item"
      title={page.name}
      aria-current={isHere ? "page" : undefined}
      data-phone={page.onPhone ? "yes" : undefined}
      onPointerEnter={() => void page.component.preload()}
    >
      <Icon name={page.icon} />
      <span class="nav-word">{page.name}</span>
      {cues > 0 ? (
        <span class="nav-count">
          <Glyph status="open" />
          {cues}
          <span class="spoken"> waiting for you</span>
        </span>
      ) : null}
      {firing > 0 ? (
        <span class="nav-count is-fail">
          <Glyph status="fail" />
          {firing}
          <span class="spoken"> firing</span>
        </span>
      ) : null}
    </Link>
  );
}

/** Two lines at the bottom: how long the host has been up, and what it keeps. */
function Foot(): JSX.Element {
  const { data } = useCall(host, { everyMs: 30_000 });
  if (!data) return <div class="nav-foot" />;
  return (
    <div class="nav-foot">
      <div>host up {duration(now.value - data.startedAt)}</div>
      <div>{bytes(keptBytes(data.sizes))} kept</div>
    </div>
  );
}

function useOpenReviews(): number {
  const { data } = useCall(openReviews, {
    changedBy: ({ type }) => type.startsWith("tutti.review.") || type === "tutti.run.cancelled",
  });
  const waiting = data?.length ?? 0;
  useEffect(() => showCues(waiting), [waiting]);
  return waiting;
}

/** Rules that fire. */
function useFiring(): number {
  const { data } = useCall(firingAlerts, {
    changedBy: ({ type }) => type.startsWith("tutti.alert."),
    everyMs: 60_000,
  });
  return data?.length ?? 0;
}

function isWithin(path: string, page: string): boolean {
  return page === "/" ? path === "/" : path === page || path.startsWith(`${page}/`);
}

function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 18 18" fill="none" stroke="currentColor" stroke-linecap="round" aria-hidden="true">
      <path stroke-width="2" d="M6.5 2C4.6 2.2 3.6 3 3.6 4.600v8.800c0 1.6 1 2.4 2.9 2.6" />
      <path stroke-width="1.3" d="M7.5 5.500h8M7.5 9h8M7.5 12.500h8" />
    </svg>
  );
}
