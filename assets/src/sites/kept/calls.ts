/** What is kept at a site under a name. */
export interface Thing {
  id: string;
  name: string;
  version: number;
}

/** How things of one kind end. */
export interface Ends<Kept extends Thing> {
  /** What one is called: "segment". */
  noun: string;
  remove: (thing: Kept) => Promise<unknown>;
  /** The addresses of which something else is read then. */
  touches: readonly string[];
  words: {
    /** What its end means. */
    loss: string;
  };
}

/** What can be done with things of one kind, and how that is told. */
export interface Calls<Kept extends Thing> extends Ends<Kept> {
  /** Keeps what stands on the page under a name. */
  make: (name: string) => Promise<Kept>;
  /** Gives another name, and what stands on the page where that is said. */
  change: (thing: Kept, name: string, takes: Takes) => Promise<Kept>;
  words: Ends<Kept>["words"] & {
    /** Above the name of a new one: "Keep these filters as". */
    keep: string;
    /** Beside the switch: "With the filters that stand here now". */
    take: string;
  };
}

/** Whether a thing that is changed keeps what it is, or takes what stands on the page. */
export type Takes = "itself" | "page";
