//! The chart: for each work a bar per contender, in proportion to ours.

use groundwork_draw::{Anchor, Face, Font, Point, Rect, Style, Svg, theme};

use crate::{
    report::{Measured, amount, times},
    work::OURS,
};

const FONT: Font = Font::new(Face::Sans, 13.0);
const WORK: Style = Style::text("work", theme::INK, FONT.bold());
const NAME: Style = Style::text("name", theme::FAINT, FONT);
const FIGURE: Style = Style::text("figure", theme::FAINT, FONT);
const OUR_FIGURE: Style = Style::text("our-figure", theme::ACCENT, FONT.bold());
const OUR_BAR: Style = Style::filled("ours", theme::ACCENT);
const BAR: Style = Style::filled("peer", theme::MUTED);

const WIDTH: f64 = 900.0;
const LABELS: f64 = 110.0;
const FIGURES: f64 = 270.0;
const HEIGHT: f64 = 18.0;
const STEP: f64 = 24.0;

/// The chart of all that was measured, as SVG that reads well on light and on dark.
pub(crate) fn draw(measured: &[Measured]) -> String {
    let mut svg = Svg::new("Groundwork beside its peers");
    let mut y = 30.0;
    for measured in measured {
        y = panel(&mut svg, measured, y) + 18.0;
    }
    svg.finish(Point { x: WIDTH, y })
}

/// One work; returns where the next may begin.
fn panel(svg: &mut Svg, measured: &Measured, top: f64) -> f64 {
    let mut bars: Vec<(&str, f64)> = measured
        .rounds
        .keys()
        .filter_map(|who| Some((*who, measured.amount(who)?)))
        // A work whose only requirement is a 99th percentile has no amount.
        .filter(|(_, amount)| *amount > 0.0)
        .collect();
    bars.sort_by_key(|(who, _)| *who != OURS);
    let most = bars.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
    let unit = measured.work.unit();
    let ours = measured.amount(OURS).unwrap_or(most);
    let at = |x: f64, y: f64| Point { x, y };
    svg.text(&WORK, at(16.0, top), Anchor::Start, measured.work.title());
    let mut y = top + 10.0;
    for (who, value) in bars {
        let width = ((WIDTH - LABELS - FIGURES) * value / most).max(1.5);
        let mut text = amount(unit, Some(value));
        let (bar, figure) = if who == OURS {
            (OUR_BAR, OUR_FIGURE)
        } else {
            let better = times(unit.times_better(ours, value));
            text.push_str(&format!(" · ours is {better}"));
            (BAR, FIGURE)
        };
        let area = Rect {
            x: LABELS,
            y,
            width,
            height: HEIGHT,
        };
        svg.text(&NAME, at(16.0, y + 13.5), Anchor::Start, who);
        svg.rect(&bar, area, 3.0);
        let beside = at(area.right() + 8.0, y + 13.5);
        svg.text(&figure, beside, Anchor::Start, &text);
        y += STEP;
    }
    y + 4.0
}
