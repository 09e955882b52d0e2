import { Button } from "../../ui/button";
import { formatBytes } from "../../ui/format";
import { Progress } from "../../ui/progress";

interface ImportProgressProps {
  file: File;
  sent: number;
  onStop: () => void;
}

/** How much of a file has been handed over; records are checked and stored as they arrive. */
export function ImportProgress({ file, sent, onStop }: ImportProgressProps) {
  const isSent = sent >= file.size;
  return (
    <div className="card">
      <div className="between">
        <h2>Importing {file.name}</h2>
        <Button onPress={onStop}>Stop</Button>
      </div>
      <Progress
        label={`Import of ${file.name}`}
        value={isSent ? undefined : sent}
        max={file.size}
      />
      <p className="quiet" role="status">
        {isSent
          ? "Sent. The last records are being checked and stored."
          : `${formatBytes(sent)} of ${formatBytes(file.size)} sent`}
      </p>
    </div>
  );
}
