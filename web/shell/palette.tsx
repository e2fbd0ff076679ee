import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { Dialog } from "../ui/dialog.tsx";
import { commandsFor, type PaletteCommand } from "./palette-command.ts";

/** One box for pages, flows, runs by id and actions. */
export function Palette({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const [picked, setPicked] = useState(0);
  const found = useCommands(text);
  const [, navigate] = useLocation();
  const run = (command: PaletteCommand | undefined): void => {
    if (!command) return;
    onClose();
    command.run(navigate);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setPicked((old) => (old + step + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") run(found[picked]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Search or run" onClose={onClose}>
      <input
        class="input"
        autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[picked] ? `palette-${picked}` : undefined}
        aria-label="A page, a flow, a run's id or an action"
        placeholder="A page, a flow, a run's id or an action"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setPicked(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul class="palette" id="palette-list" role="listbox" aria-label="Found">
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === picked}
            onPointerMove={() => setPicked(index)}
            onClick={() => run(command)}
          >
            <span class="cut">{command.name}</span>
            <span class="faint small push">{command.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 ? (
        <p class="muted">Nothing is called that. A run is found by the beginning or the end of its id.</p>
      ) : null}
    </Dialog>
  );
}

/** What fits the text; what the daemon has to be asked for comes a moment later. */
function useCommands(text: string): readonly PaletteCommand[] {
  const [found, setFound] = useState<readonly PaletteCommand[]>([]);
  const search = useMemo(() => commandsFor(), []);
  useEffect(() => {
    const controller = new AbortController();
    void search(text, controller.signal, (commands) => {
      if (!controller.signal.aborted) setFound(commands);
    });
    return () => controller.abort();
  }, [text]);
  return found;
}
