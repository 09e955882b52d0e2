//! Tells how far visitors come on a way of steps.

use super::about;
use crate::analytics::{AskedFunnel, Error, Followed, Loss, Ratio, Site};
use crate::export::sheet::{Cell, Chart, Column, Kind, Shape, Sheet, Table};
use crate::export::words;

const VISITORS: Column = Column::new("visitors", Kind::Count);

/// How far visitors come, and where most are lost.
pub(in crate::export) fn funnel(
    site: &Site,
    asked: &AskedFunnel,
    followed: &Followed,
) -> Result<Sheet, Error> {
    let question = "Funnel";
    let mut lines = about::head(site, question, (followed.period, None));
    lines.extend(steps(site, asked)?);
    lines.extend(about::visits(site, asked.segment, &asked.filters)?);
    lines.extend(found(site, asked, followed));
    lines.extend(about::tail(site, followed.known_at));
    let stages = followed.funnel.stages.iter().zip(&asked.steps);
    let points = stages.map(|(stage, step)| (step.name.clone(), Cell::Count(stage.visitors)));
    Ok(Sheet {
        title: site.name().to_owned(),
        question: question.to_owned(),
        about: lines,
        currency: site.currency().to_owned(),
        decimals: site.decimals(),
        known_at: followed.known_at,
        figures: Vec::new(),
        chart: Some(Chart {
            column: VISITORS,
            shape: Shape::Rank,
            points: points.collect(),
        }),
        main: table(asked, followed),
        more: Vec::new(),
    })
}

/// What visitors do one after the other, and how long they may take.
fn steps(site: &Site, asked: &AskedFunnel) -> Result<about::Lines, Error> {
    let step = |step: &crate::analytics::Step| {
        let told = match step.goal {
            Some(goal) => format!("the goal {}", about::goal_name(site, goal)?),
            None => words::filters(&step.filters),
        };
        Ok(format!("{} ({told})", step.name))
    };
    let steps = asked.steps.iter().map(step);
    let steps: Vec<String> = steps.collect::<Result<_, Error>>()?;
    Ok(vec![
        ("Steps", steps.join(", then ")),
        ("Within", format!("{} minutes", asked.within_minutes)),
    ])
}

/// What those brought who came to the end, and where most did not.
fn found(site: &Site, asked: &AskedFunnel, followed: &Followed) -> about::Lines {
    let currency = site.currency();
    let revenue = site.money(followed.funnel.revenue_micros);
    let mut lines = vec![(
        "Revenue of those who came to the end",
        format!("{revenue} {currency}"),
    )];
    if let Some(loss) = followed.biggest_drop() {
        let Loss { step, lost, of } = loss;
        let name = &asked.steps[step].name;
        let cost = site.cost(&followed.funnel, loss);
        let cost = cost.map(|cost| format!(", who would have brought about {cost} {currency}"));
        let told = format!(
            "{lost} of {of} did not come to \u{201c}{name}\u{201d}{}",
            cost.unwrap_or_default()
        );
        lines.push(("Most are lost", told));
    }
    lines
}

fn table(asked: &AskedFunnel, followed: &Followed) -> Table {
    let columns = [
        Column::text("step"),
        VISITORS,
        Column::new("of_first", Kind::Share),
        Column::new("of_previous", Kind::Share),
        Column::new("lost", Kind::Count),
        Column::new("median_seconds", Kind::Seconds),
    ];
    let stages = &followed.funnel.stages;
    let first = stages.first().map_or(0, |first| first.visitors);
    let row = |(place, step): (usize, &crate::analytics::Step)| {
        let stage = &stages[place];
        let before = place.checked_sub(1).map(|before| stages[before].visitors);
        let share = |whole| Ratio::of(stage.visitors.into(), whole);
        let share = |whole| share(whole).map_or(Cell::Absent, |share| Cell::Share(share.number()));
        let median = stage.median_ms.and_then(|ms| Ratio::of(ms.into(), 1000));
        vec![
            Cell::text(&step.name),
            Cell::Count(stage.visitors),
            share(first),
            before.map_or(Cell::Absent, share),
            Cell::Count(before.map_or(0, |before| before - stage.visitors)),
            median.map_or(Cell::Absent, |median| Cell::Seconds(median.number())),
        ]
    };
    let rows = asked.steps.iter().enumerate().map(row);
    Table::whole("Steps", columns.into(), rows.collect())
}
