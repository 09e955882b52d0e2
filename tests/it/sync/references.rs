//! Fields that name other records and people by their ids: what a push, a pull and a two-way sync do
//! with them, the same at every vendor that has them.

use poem::http::Method;
use serde_json::{Value, json};

use super::far::{Far, SOURCE};
use super::{BASE, TABLE, Yard, counts, id, text};

const COMPANIES: &str = "50000000-0000-4000-8000-0000000000c0";
const COLLEAGUE: &str = "c0110000-0000-4000-8000-000000000001";
const OWNER: &str = "01a00000-0000-4000-8000-000000000001";

/// A yard whose records name companies and people, and the ids of those.
struct Grove {
    yard: Yard,
    companies: Vec<String>,
    people: Vec<String>,
}

impl Grove {
    async fn at(far: Far) -> Self {
        let mut yard = Yard::at(far).await;
        let (companies, people) = match far {
            Far::Notion => notion_database(&yard).await,
            _ => airtable_base(&yard).await,
        };
        let field = |name: &str, kind: &str| json!({"name": name, "type": kind, "required": false, "indexed": false});
        let fields = json!([
            field("iata", "text"),
            field("name", "text"),
            field("links", "choices"),
            field("team", "choices"),
            field("owner", "text"),
        ]);
        let dataset = json!({"name": "Sites", "key_field": "iata", "fields": fields});
        yard.dataset = id(&yard.member.post("/datasets", dataset).await.expect(201));
        Self {
            yard,
            companies,
            people,
        }
    }

    /// So many companies, from the one with this number on.
    fn some(&self, from: usize, count: usize) -> Vec<String> {
        self.companies[from..from + count].to_vec()
    }

    async fn site(&self, key: &str, links: &[String], team: &[String]) {
        let fields = json!({"name": key, "links": links, "team": team});
        self.yard.write(key, fields).await;
    }

    /// What a remote record names: companies and people, each in one order.
    async fn there(&self, key: &str) -> (Vec<String>, Vec<String>) {
        let record = self.record(key).await;
        let ids = |cell: &Value| {
            let named = cell.as_array().into_iter().flatten();
            let mut ids: Vec<String> = named
                .map(|one| one.as_str().map_or_else(|| id(one), str::to_owned))
                .collect();
            ids.sort();
            ids
        };
        match self.yard.vendor.far {
            Far::Notion => (
                ids(&record["properties"]["Links"]["relation"]),
                ids(&record["properties"]["Team"]["people"]),
            ),
            _ => (
                ids(&record["fields"]["Links"]),
                ids(&record["fields"]["Team"]),
            ),
        }
    }

    /// A remote record as the vendor holds it, whole.
    async fn record(&self, key: &str) -> Value {
        let vendor = &self.yard.vendor;
        if vendor.far != Far::Notion {
            return vendor.record(key).await;
        }
        let path = format!("notion/data_sources/{SOURCE}/pages?limit=500");
        let pages = vendor.control(Method::GET, &path, None).await;
        let pages: Value = pages.json().await.unwrap();
        let mut pages = pages["pages"].as_array().unwrap().iter();
        let bears = |page: &&Value| page["properties"]["Code"]["rich_text"][0]["plain_text"] == key;
        pages.find(bears).unwrap().clone()
    }

    /// What a colleague makes of the companies that a remote record names.
    async fn relink(&self, key: &str, links: &[String]) {
        let vendor = &self.yard.vendor;
        let record = id(&self.record(key).await);
        if vendor.far == Far::Notion {
            let named: Vec<Value> = links.iter().map(|id| json!({"id": id})).collect();
            let body = json!({"properties": {"Links": {"relation": named}}});
            let path = format!("notion/pages/{record}");
            vendor.control(Method::PATCH, &path, Some(body)).await;
        } else {
            let fields = json!({"Links": links});
            vendor.edit(Method::PATCH, &record, Some(fields)).await;
        }
    }

    async fn here(&self, key: &str) -> Value {
        self.yard.here(key).await
    }

    async fn problem(&self, run: &Value) -> String {
        assert_eq!(counts(run)["refused"], 1, "{run}");
        text(&run["problems"][0]["reason"])
    }

    /// An id that looks right and leads nowhere.
    fn nowhere(&self) -> String {
        match self.yard.vendor.far {
            Far::Notion => "0a0b0c0d-0000-4000-8000-000000000000".to_owned(),
            _ => "recNOWHERE0000000".to_owned(),
        }
    }
}

async fn airtable_base(yard: &Yard) -> (Vec<String>, Vec<String>) {
    let companies: Vec<Value> = (0..130)
        .map(|number| json!({"Company": format!("Company {number}")}))
        .collect();
    let link = json!({"linkedTableId": "tblCompanies00001"});
    let base = json!({"id": BASE, "name": "Sandbox", "tables": [
        {"id": "tblCompanies00001", "name": "Companies",
         "fields": [{"name": "Company", "type": "singleLineText"}], "records": companies},
        {"id": TABLE, "name": "Airports", "fields": [
            {"name": "Code", "type": "singleLineText"},
            {"name": "Name", "type": "singleLineText"},
            {"name": "Links", "type": "multipleRecordLinks", "options": link},
            {"name": "Team", "type": "multipleCollaborators"},
            {"name": "Owner", "type": "singleCollaborator"},
        ]},
    ]});
    yard.vendor.control(Method::POST, "bases", Some(base)).await;
    let companies = companies_there(yard).await;
    let companies = companies.iter().map(id);
    let addresses = ["colleague@sandbox.example", "owner@sandbox.example"];
    (companies.collect(), addresses.map(str::to_owned).to_vec())
}

/// The companies of an Airtable base, in whatever order.
async fn companies_there(yard: &Yard) -> Vec<Value> {
    let path = format!("dump?base={BASE}&table=Companies");
    let dump = yard.vendor.control(Method::GET, &path, None).await;
    let dump = dump.text().await.unwrap();
    dump.lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect()
}

async fn notion_database(yard: &Yard) -> (Vec<String>, Vec<String>) {
    let related = json!({
        "data_source_id": COMPANIES, "type": "single_property", "single_property": {},
    });
    let database = json!({"id": Far::Notion.base(), "title": "Airports", "data_sources": [
        {"id": COMPANIES, "name": "Companies", "properties": {"Name": {"title": {}}}, "generate": 130},
        {"id": SOURCE, "name": "Airports", "properties": {
            "Name": {"title": {}}, "Code": {"rich_text": {}},
            "Links": {"relation": related}, "Team": {"people": {}},
        }},
    ]});
    let vendor = &yard.vendor;
    vendor
        .control(Method::POST, "notion/databases", Some(database))
        .await;
    let path = format!("notion/data_sources/{COMPANIES}/pages?limit=500");
    let pages = vendor.control(Method::GET, &path, None).await;
    let pages: Value = pages.json().await.unwrap();
    let companies = pages["pages"].as_array().unwrap().iter().map(id);
    (
        companies.collect(),
        vec![COLLEAGUE.to_owned(), OWNER.to_owned()],
    )
}

every_provider! {
    records_and_people_are_pushed_by_their_ids_and_not_again
    a_text_that_is_no_id_is_refused_before_anything_is_sent
    a_record_that_names_one_that_is_not_there_is_refused_and_never_made_twice
    records_and_people_are_pulled_as_their_ids
    both_sides_may_change_what_a_record_names
    a_list_that_is_shown_in_part_is_never_shortened_by_a_write
}

async fn records_and_people_are_pushed_by_their_ids_and_not_again(far: Far) {
    let grove = Grove::at(far).await;
    let yard = &grove.yard;
    grove.site("K1", &grove.some(0, 3), &grove.people).await;
    grove.site("K2", &[], &[]).await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 2, "{run}");
    let (links, team) = grove.there("K1").await;
    let mut wanted = grove.some(0, 3);
    wanted.sort();
    assert_eq!(links, wanted);
    assert_eq!(team.len(), 2);
    // Unchanged, and then the same people in another order: nothing is written.
    let written = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 2, "{run}");
    let mut turned = grove.people.clone();
    turned.reverse();
    grove.site("K1", &grove.some(0, 3), &turned).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 2, "{run}");
    assert_eq!(yard.vendor.writes().await, written);
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(
        plan["counts"]["unchanged"], 2,
        "the echo is no edit: {plan}"
    );
    grove.site("K1", &[], &[]).await;
    yard.run(&sync).await;
    assert_eq!(grove.there("K1").await, (Vec::new(), Vec::new()));
}

async fn a_text_that_is_no_id_is_refused_before_anything_is_sent(far: Far) {
    let grove = Grove::at(far).await;
    let yard = &grove.yard;
    let sync = yard.sync().await;
    for (links, team) in [
        (vec!["Acme".to_owned()], vec![]),
        (vec![], vec!["Anna".to_owned()]),
    ] {
        grove.site("K1", &links, &team).await;
        let run = yard.run(&sync).await;
        let told = grove.problem(&run).await;
        assert!(told.contains("Acme") || told.contains("Anna"), "{told}");
    }
    if far == Far::Notion {
        grove.site("K1", &grove.some(0, 101), &[]).await;
        let run = yard.run(&sync).await;
        let told = grove.problem(&run).await;
        assert!(told.contains("100 pages at most"), "{told}");
    }
    assert_eq!(yard.vendor.writes().await, 0);
    grove.site("K1", &grove.some(0, 1), &[]).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
}

/// Of a record that a cell names a vendor says the same as of one that is to be changed: it was
/// taken for deleted, and a second one was made of it.
async fn a_record_that_names_one_that_is_not_there_is_refused_and_never_made_twice(far: Far) {
    let grove = Grove::at(far).await;
    let yard = &grove.yard;
    for number in 0..12 {
        let key = format!("K{number:02}");
        grove.site(&key, &grove.some(number, 1), &[]).await;
    }
    grove.site("K05", &[grove.nowhere()], &[]).await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(
        (run["state"].as_str(), counts(&run)["created"]),
        (Some("done"), 11),
        "{run}"
    );
    grove.problem(&run).await;
    grove.site("K05", &grove.some(5, 1), &[]).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    grove.site("K07", &[grove.nowhere()], &[]).await;
    let run = yard.run(&sync).await;
    let told = grove.problem(&run).await;
    assert!(told.contains("not there"), "{told}");
    assert_eq!(yard.vendor.records().await.len(), 12);
    // One that is really gone is still made anew.
    let gone = id(&grove.record("K03").await);
    yard.vendor.edit(Method::DELETE, &gone, None).await;
    grove.site("K03", &grove.some(40, 1), &[]).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
}

async fn records_and_people_are_pulled_as_their_ids(far: Far) {
    let grove = Grove::at(far).await;
    let yard = &grove.yard;
    grove.site("K1", &grove.some(0, 2), &grove.people).await;
    let push = yard.sync().await;
    yard.run(&push).await;
    let (links, team) = grove.there("K1").await;
    yard.delete_here("K1").await;
    let key = yard.remote_field("Code").await;
    let mut mapping = Vec::new();
    for (field, remote) in [("name", "Name"), ("links", "Links"), ("team", "Team")] {
        let remote = yard.remote_field(remote).await;
        mapping.push(json!({"field": field, "remote_field_id": remote}));
    }
    let body = json!({"mapping": mapping, "remote_key_field_id": key});
    let pull = yard.pull(body).await;
    let run = yard.run(&pull).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    let here = grove.here("K1").await;
    assert_eq!(here["links"], json!(links));
    assert_eq!(here["team"], json!(team));
    let run = yard.run(&pull).await;
    assert_eq!(counts(&run)["unchanged"], 1, "{run}");
    grove.relink("K1", &grove.some(7, 1)).await;
    yard.run(&pull).await;
    assert_eq!(grove.here("K1").await["links"], json!(grove.some(7, 1)));
}

async fn both_sides_may_change_what_a_record_names(far: Far) {
    let grove = Grove::at(far).await;
    let yard = &grove.yard;
    grove.site("K1", &grove.some(0, 2), &grove.people).await;
    grove.site("K2", &grove.some(3, 1), &[]).await;
    let sync = yard.both(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 2, "{run}");
    yard.assert_settled(&sync).await;
    grove.relink("K1", &grove.some(4, 2)).await;
    yard.patch("K2", json!({"links": grove.some(8, 2)})).await;
    yard.run(&sync).await;
    yard.assert_settled(&sync).await;
    let mut theirs = grove.some(4, 2);
    theirs.sort();
    assert_eq!(grove.there("K1").await.0, theirs);
    let here = grove.here("K1").await;
    let mut links: Vec<String> = serde_json::from_value(here["links"].clone()).unwrap();
    links.sort();
    assert_eq!(links, theirs);
    let mut ours = grove.some(8, 2);
    ours.sort();
    assert_eq!(grove.there("K2").await.0, ours);
    // The people are as they were spelt here.
    let mut team = grove.people.clone();
    team.sort();
    let mut spelt: Vec<String> = serde_json::from_value(here["team"].clone()).unwrap();
    spelt.sort();
    assert_eq!(spelt, team);
}

/// A page of Notion's shows 25 of the pages that it names. A connector that wrote back what it had
/// read so deleted the rest, whichever field somebody had changed.
async fn a_list_that_is_shown_in_part_is_never_shortened_by_a_write(far: Far) {
    let grove = Grove::at(far).await;
    let yard = &grove.yard;
    grove.site("K1", &grove.some(0, 60), &[]).await;
    let sync = yard.both(json!({})).await;
    yard.run(&sync).await;
    assert_eq!(grove.there("K1").await.0.len(), 60);
    yard.assert_settled(&sync).await;
    yard.patch("K1", json!({"name": "Another"})).await;
    yard.run(&sync).await;
    assert_eq!(grove.there("K1").await.0.len(), 60);
    // A colleague takes ten away and adds thirty: all eighty are known here, and one less is left
    // of them when one is taken away here.
    grove.relink("K1", &grove.some(10, 80)).await;
    yard.run(&sync).await;
    let here = grove.here("K1").await;
    let mut links: Vec<String> = serde_json::from_value(here["links"].clone()).unwrap();
    assert_eq!(links.len(), 80);
    links.retain(|id| *id != grove.companies[50]);
    yard.patch("K1", json!({"links": links})).await;
    yard.run(&sync).await;
    let (mut wanted, held) = (links, grove.there("K1").await.0);
    wanted.sort();
    assert_eq!(held, wanted);
    yard.assert_settled(&sync).await;
}

/// A person has an id that stays and an address that people know. Either is taken; a text that is
/// mapped to a link by its field's name alone is not proposed.
#[tokio::test]
async fn airtable_finds_people_by_their_addresses_and_companies_by_name_where_it_may() {
    let grove = Grove::at(Far::Airtable).await;
    let yard = &grove.yard;
    let proposal = yard.member.post("/syncs/proposal", yard.target());
    let proposal = yard.fly(proposal).await.expect(200);
    let unmapped = proposal["unmapped_fields"].as_array().unwrap();
    assert!(unmapped.iter().any(|field| field == "owner"), "{proposal}");
    let mut mapping: Vec<Value> = proposal["mapping"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    let owner = yard.remote_field("Owner").await;
    mapping.push(json!({"field": "owner", "remote_field_id": owner}));
    let mut body = yard.target();
    body["name"] = "Sites".into();
    body["mapping"] = mapping.into();
    body["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
    body["typecast"] = true.into();
    let sync = yard.fly(yard.member.post("/syncs", body)).await.expect(201);
    let fields =
        json!({"name": "A", "links": ["Company 7", "A new one"], "owner": "owner@sandbox.example"});
    yard.write("K1", fields).await;
    let run = yard.run(&id(&sync)).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    let record = grove.record("K1").await;
    assert_eq!(record["fields"]["Owner"]["email"], "owner@sandbox.example");
    let companies = companies_there(yard).await;
    let company = |link: &Value| {
        let linked = companies.iter().find(|company| company["id"] == *link);
        text(&linked.unwrap()["fields"]["Company"])
    };
    let links = record["fields"]["Links"].as_array().unwrap();
    let names: Vec<String> = links.iter().map(company).collect();
    assert_eq!(names, ["Company 7", "A new one"]);
    assert_eq!(companies.len(), 131);
    let run = yard.run(&id(&sync)).await;
    assert_eq!(counts(&run)["unchanged"], 1, "{run}");
}
