import { Line } from "./prose";
import type { Schema } from "./raw";
import { type Member, membersOf, typeOf } from "./schema";

interface TreeProps {
  schema: Schema;
  schemas: Record<string, Schema>;
}

/** What a body holds, as a tree that opens. */
export function Tree({ schema, schemas }: TreeProps) {
  const members = membersOf(schema, schemas);
  if (members.length === 0) return <p className="quiet">{typeOf(schema, schemas)}</p>;
  return <Members members={members} />;
}

function Members({ members }: { members: readonly Member[] }) {
  return (
    <ul className="tree">
      {members.map((member) => (
        <li key={member.name}>
          {member.members.length > 0 ? (
            <details>
              <summary>
                <Head member={member} />
              </summary>
              <About member={member} />
              <Members members={member.members} />
            </details>
          ) : (
            <>
              <Head member={member} />
              <About member={member} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Head({ member: { name, type, isRequired } }: { member: Member }) {
  return (
    <>
      <code>{name}</code> <span className="quiet">{type}</span>
      {isRequired && <span className="quiet"> · required</span>}
    </>
  );
}

function About({ member: { about, bounds } }: { member: Member }) {
  return (
    <div className="tree-about">
      {about && <Line text={about} />}
      {bounds && <span className="quiet"> {bounds}</span>}
    </div>
  );
}
