import type { Check } from "../../core/capability.ts";
import type { Clock } from "../../core/clock.ts";
import type { MetricFamily, MetricSource } from "../../core/metric.ts";
import type { AlertStore } from "./alert-store.ts";
import type { Outbox } from "./outbox.ts";
import type { RuleStore } from "./rule-store.ts";
import { ruleStates, stateOf } from "./view.ts";

const alertsFamily: MetricFamily = {
  name: "tutti_alerts",
  type: "gauge",
  help: "Alert rules by the state that they are in.",
  unit: "",
  labels: ["state"],
};

export interface HealthPorts {
  readonly rules: RuleStore;
  readonly alerts: AlertStore;
  readonly clock: Clock;
}

export function alertMetrics({ rules: ruleStore, alerts, clock }: HealthPorts): MetricSource {
  return {
    families: [alertsFamily],
    async look() {
      const { rules } = await ruleStore.all();
      const { instances, troubles } = await alerts.standing(clock.now());
      const states = rules.map((rule) => stateOf(rule, instances.get(rule.name) ?? [], troubles.get(rule.name)).state);
      const samples = ruleStates.map((state) => ({
        labels: { state },
        value: states.filter((one) => one === state).length,
      }));
      return [{ family: alertsFamily, samples }];
    },
  };
}

export interface CheckPorts {
  readonly alerts: AlertStore;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly isEnabled: boolean;
}

/** Whether people would be told. */
export function alertCheck({ alerts, outbox, clock, isEnabled }: CheckPorts): Check {
  return {
    group: "Integrations",
    name: "alerts",
    async run() {
      if (!isEnabled) return { status: "off", message: "alerts.enabled is off: no rule is looked at by this host" };
      const [undelivered] = await outbox.problems();
      if (undelivered) {
        const message = `${undelivered.rule} could not be told: ${undelivered.problem}`;
        return { status: "warn", message, fix: `Try the channel: tutti alert test ${undelivered.rule}` };
      }
      const { troubles, instances } = await alerts.standing(clock.now());
      const failing = [...troubles].find(([, { state }]) => state === "error");
      if (failing) {
        const [rule, { problem }] = failing;
        return {
          status: "warn",
          message: `${rule} cannot be looked at: ${problem}`,
          fix: `See it: tutti alert get ${rule}`,
        };
      }
      const firing = [...instances.values()].filter((list) => list.some(({ state }) => state === "firing")).length;
      return {
        status: "ok",
        message: firing === 0 ? "nothing fires" : `${firing} of the rules fire: tutti alert list`,
      };
    },
  };
}
