import { useMutation } from "@tanstack/react-query";
import type { ReportFormat } from "../../api/types";
import { announce } from "../../ui/announce";
import { Menu } from "../../ui/menu";
import { Failure } from "../../ui/notice";
import { type Question, takeAway } from "./take";

const formats: Record<ReportFormat, string> = {
  pdf: "PDF, to print or pass on",
  xlsx: "Excel workbook",
  csv: "CSV",
  json: "JSON",
};

interface ExportMenuProps {
  siteId: string;
  /** What is looked at. */
  question: Question;
}

/** Takes what is looked at away as a file: all of its rows, also those of other pages. */
export function ExportMenu({ siteId, question }: ExportMenuProps) {
  const take = useMutation({
    mutationFn: (format: ReportFormat) => takeAway(siteId, question, format),
    onSuccess: (name) => announce(`${name} is made.`),
  });
  const items = (Object.keys(formats) as ReportFormat[]).map((format) => ({
    id: format,
    label: formats[format],
    onAction: () => take.mutate(format),
  }));
  return (
    <>
      <Menu label="Export" icon="download" items={items} isDisabled={take.isPending} />
      {take.isPending && (
        <p className="quiet" role="status">
          The file is being made
        </p>
      )}
      <Failure error={take.error} />
    </>
  );
}
