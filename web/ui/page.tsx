import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";

export interface PageProps {
  readonly title: string;
  /** One sentence that says how things are: a page begins with an answer. */
  readonly answer?: ComponentChildren;
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
  /** The page fills the window and scrolls inside itself. */
  readonly fill?: boolean;
}

export function Page({ title, answer, action, children, fill = false }: PageProps): JSX.Element {
  useTitle(title);
  return (
    <div class={fill ? "page page-fill" : "page"}>
      <div class="title">
        <h1>{title}</h1>
        {answer === undefined ? null : <p>{answer}</p>}
        {action === undefined ? null : <div class="push line">{action}</div>}
      </div>
      {children}
    </div>
  );
}

let titleText = "";
let cues = 0;

/** The window's title: `(3) Runs · Tutti`, with how many decisions wait. */
export function useTitle(title: string): void {
  useEffect(() => {
    titleText = title;
    write();
  }, [title]);
}

export function showCues(waiting: number): void {
  cues = waiting;
  write();
}

function write(): void {
  const name = titleText === "" ? "Tutti" : `${titleText} · Tutti`;
  document.title = cues > 0 ? `(${cues}) ${name}` : name;
}
