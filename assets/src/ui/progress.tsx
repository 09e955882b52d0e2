interface ProgressProps {
  label: string;
  /** Absent while the whole is not known: the bar then only shows that work goes on. */
  value?: number;
  max: number;
}

export function Progress({ label, value, max }: ProgressProps) {
  return <progress className="progress" aria-label={label} value={value} max={Math.max(max, 1)} />;
}
