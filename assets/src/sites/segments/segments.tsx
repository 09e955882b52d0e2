import { IconButton } from "../../ui/button";
import { type Filter, filterWords } from "../filters/filters";
import { focusFilters } from "../filters/keyboard";
import { KeptButton } from "../kept/button";
import { segmentCalls } from "./calls";
import { useSegments } from "./use-segments";

interface SegmentsProps {
  siteId: string;
  /** The one that is chosen, by its id. */
  chosen: string | undefined;
  /** The filters beside it. */
  filters: readonly Filter[];
  /** Changes which visits alone are looked at, in the address. */
  show: (change: { segment?: string | undefined; filters?: string | undefined }) => void;
}

/** The segment that is looked at, and the way to all of them. */
export function Segments({ siteId, chosen, filters, show }: SegmentsProps) {
  const segments = useSegments(siteId);
  const found = segments.data?.items.find(({ id }) => id === chosen);
  const name = found?.name ?? missing(segments);
  const leave = () => {
    show({ segment: undefined });
    focusFilters();
  };
  return (
    <>
      {chosen !== undefined && (
        <span className="chip">
          <span>Segment: {name}</span>
          <IconButton label={`Leave the segment ${name}`} icon="close" onPress={leave} />
        </span>
      )}
      <KeptButton
        label="Segments"
        calls={segmentCalls(siteId, [...(found?.filters ?? []), ...filters])}
        query={segments}
        chosen={chosen}
        aboutOf={(segment) => segment.filters.map(filterWords).join("; ")}
        whyNot={filters.length > 0 ? undefined : "Add filters first to keep them as a segment."}
        onChoose={({ id }) => show({ segment: id })}
        onMade={({ id }) => show({ segment: id, filters: undefined })}
        onGone={({ id }) => id === chosen && show({ segment: undefined })}
      />
    </>
  );
}

/** What stands in the place of a name that is not known. */
function missing({ data, isError }: ReturnType<typeof useSegments>): string {
  if (data) return "deleted";
  return isError ? "its name could not be read" : "…";
}
