import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { NewWriteKey, Site, WriteKey } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Radios } from "../../ui/choices";
import { Dialog } from "../../ui/dialog";
import { type Option, TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";
import { originsOf } from "../words";

interface CreateProps {
  site: Site;
  /** A secret key is shown by whoever hears of it: never again. */
  onMade: (made: WriteKey) => void;
}

export function CreateKey({ site, onMade }: CreateProps) {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <>
      <Button icon="plus" onPress={() => setIsOpen(true)}>
        New key
      </Button>
      <Dialog title="New key" isOpen={isOpen} onClose={close}>
        <KeyForm
          site={site}
          onMade={(made) => {
            close();
            if (made.kind === "secret") onMade(made);
            else announce(`The key ${made.name} is made.`);
          }}
        />
      </Dialog>
    </>
  );
}

const kinds: readonly Option<WriteKey["kind"]>[] = [
  { value: "public", label: "Public", note: "For the script on your pages." },
  { value: "secret", label: "Secret", note: "For your server. Seen once, now." },
];

function KeyForm({ site, onMade }: CreateProps) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<WriteKey["kind"]>("public");
  const [origins, setOrigins] = useState(() => originsOf(site.domain).join("\n"));
  const create = useCreation(site, onMade);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pages = kind === "public" ? { origins: linesOf(origins) } : {};
    create.mutate({ name, kind, ...pages });
  };
  const faults = fieldMessages(create.error);
  return (
    <form className="form" onSubmit={submit}>
      <Radios label="Kind" options={kinds} value={kind} onChange={setKind} />
      <TextField
        label="Name"
        help="Where it will be used, such as “Shop”."
        isRequired
        autoComplete="off"
        value={name}
        onChange={setName}
        error={faults.name}
      />
      {kind === "public" && (
        <TextField
          label="Pages that may send with it"
          help="Their beginnings, one a line: https:// and the name, without a path."
          isRequired
          isCode
          rows={3}
          value={origins}
          onChange={setOrigins}
          error={faults.origins}
        />
      )}
      <Failure error={create.error} shown={["name", "origins"]} />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={create.isPending}>
          Make the key
        </Button>
      </div>
    </form>
  );
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function useCreation(site: Site, onMade: (made: WriteKey) => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (body: NewWriteKey) => {
      const params = { path: { id: site.id } };
      const { data } = await client.POST("/sites/{id}/keys", { params, body });
      return data as WriteKey;
    },
    onSuccess: async (made) => {
      onMade(made);
      await refresh("/sites/{id}/keys");
    },
  });
}
