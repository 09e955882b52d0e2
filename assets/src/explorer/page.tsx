import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { apiBase } from "../api/client";
import { readProblem } from "../api/problem";
import { changeSearch } from "../ui/address";
import { Empty } from "../ui/empty";
import { formatAmount } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Page } from "../ui/page";
import { SearchBox } from "../ui/search-box";
import { type Api, findOperation, readApi, searchApi } from "./document";
import { Method } from "./method";
import { OperationView } from "./operation";
import type { Raw } from "./raw";

const route = getRouteApi("/signed-in/developers");

/** Every operation of the API: read, and tried out with the session at hand. */
export function Explorer() {
  const api = useQuery({
    queryKey: ["openapi"],
    queryFn: readDocument,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Page
      title="API"
      lead={
        <span>
          What programs can do here, operation by operation. How they sign in, and what holds for
          all of it, is in <a href="/handbook/api">the handbook</a>.
        </span>
      }
    >
      <Loaded query={api}>{(api) => <Operations api={api} />}</Loaded>
    </Page>
  );
}

async function readDocument(): Promise<Api> {
  const answer = await globalThis.fetch(new Request(`${location.origin}${apiBase}/openapi.json`));
  if (!answer.ok) throw await readProblem(answer);
  return readApi((await answer.json()) as Raw);
}

function Operations({ api }: { api: Api }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const shown = findOperation(api, search.op);
  return (
    <div className={shown ? "explorer one" : "explorer"}>
      <div className="explorer-list">
        <SearchBox
          label="Search operations"
          value={search.q ?? ""}
          onChange={(q) =>
            navigate({
              search: (now) => changeSearch(now, { q }),
              replace: true,
              resetScroll: false,
            })
          }
        />
        <List api={api} />
      </div>
      {shown ? (
        <OperationView key={shown.id} operation={shown} schemas={api.schemas} />
      ) : (
        <div className="explorer-none">
          <Empty icon="code" title="Choose an operation">
            <p>Each is described, with its errors, and can be tried out.</p>
          </Empty>
        </div>
      )}
    </div>
  );
}

function List({ api }: { api: Api }) {
  const search = route.useSearch();
  const groups = searchApi(api.groups, search.q ?? "");
  const count = groups.reduce((sum, { operations }) => sum + operations.length, 0);
  return (
    <nav aria-label="Operations" data-keeps-focus>
      <p className="quiet" role="status">
        {formatAmount(count, "operation")}
      </p>
      {groups.map(({ name, about, operations }) => (
        <section key={name} className="explorer-group">
          <h2>{name}</h2>
          <p className="quiet">{about}</p>
          <ul>
            {operations.map(({ id, method, path, summary }) => (
              <li key={id}>
                <Link
                  to="/developers"
                  search={changeSearch(search, { op: id })}
                  resetScroll={false}
                  aria-current={id === search.op ? "page" : undefined}
                >
                  <Method method={method} /> <span>{summary}</span>
                  <code className="break">{path}</code>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
