import { type FormEvent, useRef, useState } from "react";
import type { ChannelRule, Site } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { Button, IconButton } from "../../ui/button";
import { SaveFailure } from "../../ui/conflict";
import { Select } from "../../ui/fields";
import { useNow } from "../../ui/time";
import { useSiteChange } from "../change";
import { FilterBar } from "../filters/bar";
import { type DimensionId, valueWords } from "../filters/dimensions";
import { filterWords } from "../filters/filters";
import { rangeOf } from "../overview/range";
import { zoneOf } from "../overview/zone";
import { channelOptions } from "./channels";

interface RulesProps {
  site: Site;
  onFocus: () => void;
  onDone: () => void;
}

/** What rules may look at. */
const looked: readonly DimensionId[] = ["source", "medium", "campaign", "referrer"];
const mostRules = 50;
const mostConditions = 8;
const tickMs = 60_000;

/** How the site itself sorts visits into channels, before the usual rules do. */
export function ChannelRules({ site, onFocus, onDone }: RulesProps) {
  const [rules, setRules] = useState<readonly ChannelRule[]>(site.channel_rules);
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const place = { siteId: site.id, ...rangeOf({}, today) };
  const bodyOf = (channel_rules: ChannelRule[]) => ({ channel_rules });
  const told = { announced: "The rules are saved.", onDone };
  const { save, leave, form } = useSiteChange(site, bodyOf, told);
  const acts = useRef<HTMLDivElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A filter's own form is applied, not saved.
    if (event.target !== event.currentTarget) return;
    save.mutate({ wish: [...rules], version: site.version });
  };
  const put = (at: number, part: Partial<ChannelRule>) =>
    setRules(rules.map((rule, place) => (place === at ? { ...rule, ...part } : rule)));
  const raise = (at: number) => {
    const rule = rules[at];
    if (rule) setRules(rules.toSpliced(at, 1).toSpliced(at - 1, 0, rule));
  };
  const remove = (at: number) => {
    setRules(rules.toSpliced(at, 1));
    // The last one's button goes with it, and would take the keyboard to the page's start.
    if (at === rules.length - 1) acts.current?.querySelector("button")?.focus();
  };
  const isSame = JSON.stringify(rules) === JSON.stringify(site.channel_rules);
  const isWhole = rules.every(({ filters }) => filters.length > 0);
  return (
    <form className="stack" ref={form} onSubmit={submit} onFocus={onFocus}>
      <p className="quiet">
        The first rule that fits decides through what a visit came; where none does, the{" "}
        <a href="/handbook/analytics#sources-and-channels">usual rules</a> do. What came in before
        keeps its channel.
      </p>
      {rules.map((rule, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule is what stands at its place
        <fieldset className="chips channel-rule" key={at}>
          <legend className="visually-hidden">Rule {at + 1}</legend>
          <Select
            label={`Channel of rule ${at + 1}`}
            hideLabel
            options={channelOptions}
            value={rule.channel}
            onChange={(channel) => put(at, { channel })}
          />
          <FilterBar
            label={`When rule ${at + 1} fits`}
            filters={rule.filters}
            of={looked}
            most={mostConditions}
            place={place}
            onChange={(filters) => put(at, { filters })}
          />
          {at > 0 && (
            <IconButton
              label={`Try rule ${at + 1} earlier`}
              icon="arrowUp"
              onPress={() => raise(at)}
            />
          )}
          <IconButton label={`Remove rule ${at + 1}`} icon="trash" onPress={() => remove(at)} />
        </fieldset>
      ))}
      <SaveFailure
        error={save.error}
        shown={[]}
        seen={site}
        words={({ channel_rules }) => ({ Rules: channel_rules.map(ruleWords).join("; ") })}
        apply={(theirs, channel_rules) => ({ ...theirs, channel_rules })}
        isBusy={save.isPending}
        onReload={leave}
        onOverwrite={save.mutate}
      />
      <div className="actions" ref={acts}>
        {rules.length < mostRules && (
          <Button
            icon="plus"
            onPress={() => setRules([...rules, { channel: "email", filters: [] }])}
          >
            Add a rule
          </Button>
        )}
        <Button look="primary" type="submit" isDisabled={save.isPending || isSame || !isWhole}>
          Save the rules
        </Button>
        {!isWhole && <p className="quiet">Each rule needs a filter.</p>}
      </div>
    </form>
  );
}

/** "Email: Source is mailchimp". */
function ruleWords({ channel, filters }: ChannelRule): string {
  return `${valueWords("channel", channel)}: ${filters.map(filterWords).join(", ")}`;
}
