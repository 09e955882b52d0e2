import { useState } from "react";
import { Copy } from "../ui/copy";
import { Select } from "../ui/fields";
import { type Call, type Language, languages, snippetOf } from "./call";

const options = languages.map((value) => ({ value, label: value }));

/** The same call as a program makes it. */
export function Snippets({ call, needsToken }: { call: Call; needsToken: boolean }) {
  const [language, setLanguage] = useState<Language>("curl");
  const text = snippetOf(language, call, needsToken);
  return (
    <section className="card" aria-label="The same call from a program">
      <div className="between">
        <Select
          label="The same call in"
          options={options}
          value={language}
          onChange={setLanguage}
        />
        <Copy text={text} what={`the call in ${language}`} />
      </div>
      <pre className="code-block sunk">{text}</pre>
      {needsToken && (
        <p className="quiet">
          Make a token on <a href="/account">your account</a> and put it in the place of{" "}
          <code>wb_YOUR_TOKEN</code>.
        </p>
      )}
    </section>
  );
}
