import { Component, type ComponentChildren, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { look, setLook } from "./data/setting.ts";
import { pageAt, allPages } from "./pages.ts";
import { Header } from "./shell/header.tsx";
import { KeyList } from "./shell/key-list.tsx";
import { keyLabel, useKeys } from "./shell/keys.ts";
import { Nav } from "./shell/nav.tsx";
import { Palette } from "./shell/palette.tsx";
import { Page } from "./ui/page.tsx";
import { Failure } from "./ui/state.tsx";
import { Toasts } from "./ui/toast.tsx";

type Above = "palette" | "keys" | null;

/** The frame: navigation, header, the page of the address, and what lies above them. */
export function App(): JSX.Element {
  const [path, navigate] = useLocation();
  const [above, setAbove] = useState<Above>(null);
  const page = pageAt(path);
  useKeys("Everywhere", [
    { keys: "mod+k", does: "search, or run a command", whileTyping: true, run: () => setAbove("palette") },
    { keys: "?", does: "show the keys of this page", run: () => setAbove("keys") },
    { keys: "mod+b", does: "fold the navigation", run: () => setLook({ narrowNav: !look.value.narrowNav }) },
    { keys: "z", does: "show times in UTC, or here", run: () => setLook({ utc: !look.value.utc }) },
    ...allPages.map(({ key, name, path: to }) => ({
      keys: `g ${key}`,
      does: `go to ${name}`,
      run: () => navigate(to),
    })),
  ]);
  const isNarrow = look.value.narrowNav || /^\/(runs|traces)\/./.test(path);
  return (
    <div class={isNarrow ? "app rail" : "app"}>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Nav onMore={() => setAbove("palette")} />
      <Header onFind={() => setAbove("palette")} />
      <Main path={path}>
        {page ? (
          <page.component rest={decodeURIComponent(path.slice(page.path.length + (page.path === "/" ? 0 : 1)))} />
        ) : (
          <NotFound path={path} />
        )}
      </Main>
      {above === "palette" ? <Palette onClose={() => setAbove(null)} /> : null}
      {above === "keys" ? <KeyList onClose={() => setAbove(null)} /> : null}
      <Toasts />
    </div>
  );
}

/** The page. A new one is read from its beginning: scrolled to the top, with the focus on it. */
function Main({ path, children }: { readonly path: string; readonly children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLElement>(null);
  const place = pageAt(path)?.path;
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) element.current?.focus({ preventScroll: true });
    isFirst.current = false;
    element.current?.scrollTo(0, 0);
  }, [place]);
  return (
    <main class="main" id="main" ref={element} tabIndex={-1}>
      <Boundary key={place} path={path}>
        {children}
      </Boundary>
    </main>
  );
}

interface BoundaryProps {
  readonly path: string;
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly error: Error | null;
  readonly path: string;
}

/** A page that breaks leaves the frame standing; another address is another try. */
class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, path: this.props.path };

  static override getDerivedStateFromError(error: unknown): Pick<BoundaryState, "error"> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static override getDerivedStateFromProps({ path }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return path === state.path ? null : { error: null, path };
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class="page">
        <Failure error={error} retry={() => this.setState({ error: null })} />
      </div>
    );
  }
}

function NotFound({ path }: { readonly path: string }): JSX.Element {
  return (
    <Page title="There is no such page">
      <p>
        Nothing is at <code>{path}</code>. The pages are in the navigation; {keyLabel("mod+k")} finds runs by their id.
      </p>
    </Page>
  );
}
