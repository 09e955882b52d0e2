import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { SiteNote } from "../../api/types";
import type { Day } from "../../calendar/days";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";

const members = ["text", "from", "to"] as const;

interface FormProps {
  siteId: string;
  /** What is changed; another is made when left out. */
  note?: SiteNote;
  /** The day that a new one is about, unless somebody says otherwise. */
  day: Day;
  onSaved: () => void;
}

/** What is to be known, and of which days. */
export function NoteForm({ siteId, note, day, onSaved }: FormProps) {
  const [draft, setDraft] = useState({
    text: note?.text ?? "",
    from: note?.from ?? day,
    to: note?.to ?? day,
  });
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: async () => {
      const path = { id: siteId };
      if (!note) return client.POST("/sites/{id}/notes", { params: { path }, body: draft });
      const params = {
        path: { ...path, note: note.id },
        header: { "If-Match": tagOf(note.version) },
      };
      return client.PATCH("/sites/{id}/notes/{note}", { params, body: draft });
    },
    onSuccess: async () => {
      onSaved();
      announce("The note is saved.");
      await refresh("/sites/{id}/notes");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const faults = fieldMessages(save.error);
  return (
    <form className="filter-editor" onSubmit={submit}>
      <TextField
        label="What is to be known"
        isRequired
        autoComplete="off"
        value={draft.text}
        onChange={(text) => setDraft({ ...draft, text })}
        error={faults.text}
      />
      <div className="filter-what">
        <TextField
          label="From"
          type="date"
          isRequired
          value={draft.from}
          onChange={(from) => setDraft({ ...draft, from, to: draft.to < from ? from : draft.to })}
          error={faults.from}
        />
        <TextField
          label="To"
          type="date"
          isRequired
          value={draft.to}
          onChange={(to) => setDraft({ ...draft, to })}
          error={faults.to}
        />
      </div>
      <Failure error={save.error} shown={[...members]} />
      <div className="actions end">
        <Button type="submit" look="primary" isDisabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
