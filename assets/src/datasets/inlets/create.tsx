import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Dataset, MadeInlet } from "../../api/types";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Checkbox, TextField } from "../../ui/fields";
import { Failure } from "../../ui/notice";

interface CreateProps {
  dataset: Dataset;
  onMade: (made: MadeInlet) => void;
}

/** Draws a secret address for a dataset. */
export function CreateInlet({ dataset, onMade }: CreateProps) {
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <>
      <Button icon="plus" onPress={() => setIsOpen(true)}>
        New address
      </Button>
      <Dialog title="New secret address" isOpen={isOpen} onClose={close}>
        <InletForm
          dataset={dataset}
          onMade={(made) => {
            close();
            onMade(made);
          }}
        />
      </Dialog>
    </>
  );
}

function InletForm({ dataset, onMade }: CreateProps) {
  const [name, setName] = useState("");
  const [isSigned, setIsSigned] = useState(false);
  const refresh = useRefresh();
  const create = useMutation({
    mutationFn: async () => {
      const signing = isSigned ? "required" : "optional";
      const body = { name, dataset_id: dataset.id, signing } as const;
      const { data } = await client.POST("/inlets", { body });
      return data as MadeInlet;
    },
    onSuccess: async (made) => {
      onMade(made);
      await refresh("/inlets");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Name"
        help="Who will send records, such as “Orders Zap”."
        isRequired
        autoComplete="off"
        value={name}
        onChange={setName}
        error={fieldMessages(create.error).name}
      />
      <Checkbox isSelected={isSigned} onChange={setIsSigned}>
        Refuse what is not signed
      </Checkbox>
      <Failure error={create.error} shown={["name"]} />
      <div className="actions end">
        <Button look="primary" type="submit" isDisabled={create.isPending}>
          Draw the address
        </Button>
      </div>
    </form>
  );
}
