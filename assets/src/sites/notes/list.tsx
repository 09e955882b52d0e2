import { useState } from "react";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import type { SiteNote } from "../../api/types";
import type { Day } from "../../calendar/days";
import { IconButton } from "../../ui/button";
import { Failure } from "../../ui/notice";
import { Opener } from "../../ui/opener";
import { useMayEdit } from "../access";
import { KeptEnding } from "../kept/ending";
import { NoteForm } from "./form";
import { noteDays, useNotes } from "./notes";

interface NoteListProps {
  siteId: string;
  /** Those of the days that are shown. */
  notes: readonly SiteNote[];
  /** The day that a new one is about, unless somebody says otherwise. */
  day: Day;
}

/** What is to be known of the days that are shown, and the way to add to it. */
export function NoteList({ siteId, notes, day }: NoteListProps) {
  const [doomed, setDoomed] = useState<SiteNote>();
  const mayWrite = useMayEdit();
  const { data, error, refetch } = useNotes(siteId);
  const failure = data === undefined ? error : null;
  if (notes.length === 0 && !mayWrite && !failure) return null;
  return (
    <section className="notes" aria-label="Notes">
      <Failure
        error={failure}
        what="The notes on these days could not be read"
        onRetry={() => refetch()}
      />
      {notes.length > 0 && (
        <ul>
          {notes.map((note) => (
            <li key={note.id}>
              <span className="quiet">{noteDays(note)}</span>
              <span>{note.text}</span>
              {mayWrite && (
                <span className="note-acts">
                  <Opener label="Change" title={`Change the note ${note.text}`}>
                    {(close) => <NoteForm siteId={siteId} note={note} day={day} onSaved={close} />}
                  </Opener>
                  <IconButton
                    label={`Delete the note ${note.text}`}
                    icon="trash"
                    onPress={() => setDoomed(note)}
                  />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && (
        <Opener label="Add a note" title="Add a note">
          {(close) => <NoteForm siteId={siteId} day={day} onSaved={close} />}
        </Opener>
      )}
      <KeptEnding
        calls={{
          noun: "note",
          remove: ({ id, version }) =>
            client.DELETE("/sites/{id}/notes/{note}", {
              params: { path: { id: siteId, note: id }, header: { "If-Match": tagOf(version) } },
            }),
          touches: ["/sites/{id}/notes"],
          words: { loss: "The figures of its days stay as they are." },
        }}
        doomed={doomed && { ...doomed, name: doomed.text }}
        onClose={() => setDoomed(undefined)}
      />
    </section>
  );
}
