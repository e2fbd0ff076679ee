import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tutti } from "../../data/api.ts";
import { look, setLook, type Look } from "../../data/setting.ts";
import { useQuery } from "../../data/query.ts";
import { Command } from "../../ui/command.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty, Shown } from "../../ui/state.tsx";
import { Retention } from "./retention.tsx";
import { sectionsOf, settingText, type Setting } from "./section.ts";
import "./settings.css";

/** Each setting with its value and where that comes from; and how this browser shows things. */
export function SettingsPage({ rest: _rest }: { readonly rest: string }): JSX.Element {
  const settings = useQuery("config", (signal) => tutti.config.list({}, { signal }));
  const file = useQuery("config.path", (signal) => tutti.config.path({}, { signal }));
  const [text, setText] = useState("");
  const answer =
    file.data === undefined
      ? undefined
      : file.data.path === null
        ? "There is no tutti.yaml; every value is a default or from the environment."
        : `The file is ${file.data.path}.`;
  return (
    <Page title="Settings" answer={answer}>
      <div class="settings">
        <LookSettings />
        <Retention />
        <section class="stack">
          <h2>Of this folder</h2>
          <p class="muted">
            After a change in the file the daemon starts anew by itself, as soon as no run is being worked on.
          </p>
          <input
            class="input"
            type="search"
            aria-label="Find a setting"
            placeholder="Find a setting"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <Shown answer={settings} lines={10}>
            {(list) => {
              const sections = sectionsOf(list, text);
              if (sections.length === 0) return <Empty title="No setting is called that" />;
              return sections.map(({ section, settings: found }) => (
                <Section key={section} name={section} settings={found} />
              ));
            }}
          </Shown>
        </section>
      </div>
    </Page>
  );
}

function Section({ name, settings }: { readonly name: string; readonly settings: readonly Setting[] }): JSX.Element {
  return (
    <section>
      <h3>{name}</h3>
      <ul class="setting-list">
        {settings.map((setting) => (
          <Line key={setting.key} setting={setting} />
        ))}
      </ul>
    </section>
  );
}

function Line({
  setting: { key, value, source, description, environment },
}: {
  readonly setting: Setting;
}): JSX.Element {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <li>
      <button type="button" class="link mono cut" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {key}
      </button>
      <code class="cut" title={settingText(value)}>
        {settingText(value)}
      </code>
      <span class={source === "default" ? "faint small" : "small"}>{source}</span>
      {isOpen ? (
        <div class="setting-more stack">
          <p>{description}</p>
          <p class="muted small">
            In the environment: <code>{environment}</code>
          </p>
          <Command text={`tutti config explain ${key}`} />
        </div>
      ) : null}
    </li>
  );
}

function LookSettings(): JSX.Element {
  const { theme, density, letterKeys, utc } = look.value;
  return (
    <section class="stack">
      <h2>Of this browser</h2>
      <div class="look-settings">
        <Pick
          name="Theme"
          values={["system", "light", "dark"]}
          value={theme}
          onPick={(value: Look["theme"]) => setLook({ theme: value })}
        />
        <Pick
          name="Rows"
          values={["compact", "comfortable"]}
          value={density}
          onPick={(value: Look["density"]) => setLook({ density: value })}
        />
        <label class="line">
          <input type="checkbox" checked={utc} onChange={(event) => setLook({ utc: event.currentTarget.checked })} />
          Times in UTC
        </label>
        <label class="line">
          <input
            type="checkbox"
            checked={letterKeys}
            onChange={(event) => setLook({ letterKeys: event.currentTarget.checked })}
          />
          Single letters are keys
        </label>
      </div>
    </section>
  );
}

interface PickProps<Value extends string> {
  readonly name: string;
  readonly values: readonly Value[];
  readonly value: Value;
  readonly onPick: (value: Value) => void;
}

function Pick<Value extends string>({ name, values, value, onPick }: PickProps<Value>): JSX.Element {
  return (
    <fieldset class="line" aria-label={name}>
      <span class="muted">{name}</span>
      {values.map((one) => (
        <label key={one} class="line">
          <input type="radio" name={name} checked={one === value} onChange={() => onPick(one)} />
          {one}
        </label>
      ))}
    </fieldset>
  );
}
