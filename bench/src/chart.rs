//! The chart: for each work a bar per contender, in proportion to ours.

use std::fmt::Write as _;

use crate::{
    report::{Measured, amount, times},
    work::OURS,
};

const WIDTH: f64 = 900.0;
const LABELS: f64 = 110.0;
const FIGURES: f64 = 270.0;
const BAR: f64 = 18.0;
const STEP: f64 = 24.0;

/// The chart of all that was measured, as SVG that reads well on light and on dark.
pub(crate) fn draw(measured: &[Measured]) -> String {
    let mut body = String::new();
    let mut y = 30.0;
    for measured in measured {
        y = panel(&mut body, measured, y) + 18.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {y:.0}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <style>\n\
         .page{{fill:#ffffff}} .work{{fill:#1f2933;font-weight:600}} .name,.figure{{fill:#4b5563}}\n\
         .ours{{fill:#0f766e}} .peer{{fill:#c3cbd5}} .strong{{fill:#0f766e;font-weight:600}}\n\
         @media (prefers-color-scheme: dark) {{ .page{{fill:#15191e}} .work{{fill:#e5e9ee}}\n\
         .name,.figure{{fill:#a9b3be}} .peer{{fill:#4a5560}} .ours{{fill:#2dd4bf}} .strong{{fill:#2dd4bf}} }}\n\
         </style>\n<rect class=\"page\" width=\"{WIDTH}\" height=\"{y:.0}\"/>\n{body}</svg>\n"
    )
}

/// One work; returns where the next may begin.
fn panel(body: &mut String, measured: &Measured, top: f64) -> f64 {
    let mut bars: Vec<(&str, f64)> = measured
        .rounds
        .keys()
        .filter_map(|who| Some((*who, measured.amount(who)?)))
        // What only limits the 99th percentile has no amount.
        .filter(|(_, amount)| *amount > 0.0)
        .collect();
    bars.sort_by_key(|(who, _)| *who != OURS);
    let most = bars.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
    let unit = measured.work.unit();
    let ours = measured.amount(OURS).unwrap_or(most);
    line(body, "work", 16.0, top, measured.work.title());
    let mut y = top + 10.0;
    for (who, value) in bars {
        let length = ((WIDTH - LABELS - FIGURES) * value / most).max(1.5);
        let class = if who == OURS { "ours" } else { "peer" };
        line(body, "name", 16.0, y + 13.5, who);
        writeln!(
            body,
            "<rect class=\"{class}\" x=\"{LABELS}\" y=\"{y:.1}\" width=\"{length:.1}\" \
             height=\"{BAR}\" rx=\"3\"/>"
        )
        .ok();
        let mut text = amount(unit, Some(value));
        if who != OURS {
            let better = unit.times_better(ours, value);
            write!(text, " · ours is {}", times(better)).ok();
        }
        let class = if who == OURS { "strong" } else { "figure" };
        line(body, class, LABELS + length + 8.0, y + 13.5, &text);
        y += STEP;
    }
    y + 4.0
}

/// A line of text; none of it holds a character that XML knows.
fn line(body: &mut String, class: &str, x: f64, y: f64, text: &str) {
    writeln!(
        body,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
    )
    .ok();
}
