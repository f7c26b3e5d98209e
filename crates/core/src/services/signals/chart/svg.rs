//! The picture itself.

use std::fmt::Write as _;

use entity::signals::Period;

use super::{
    axis::ticks,
    scale::{BARS_BOTTOM, BARS_TOP, HEIGHT, LEFT, RIGHT, Scale, TOP, WIDTH, round_above, y},
    text::{Escaped, articles, grouped, score, shortened, span, told},
};
use crate::services::signals::{Scores, TimeRange, columns::Column};

/// Up to this many columns each mean has a dot.
const MOST_DOTS: usize = 62;

/// The most letters of a title that have room.
const TITLE_LETTERS: usize = 64;

/// Colours stand in the classes themselves: not every program that shows SVG knows variables.
const STYLE: &str = "\
svg { color-scheme: light dark; }
text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-variant-numeric: tabular-nums; fill: #5b6673; }
.title { font-size: 20px; font-weight: 600; fill: #17202b; }
.value { font-size: 13px; font-weight: 600; fill: #2160c4; }
.context { fill: #17202b; font-weight: 600; }
.paper { fill: #ffffff; } .grid { stroke: #e8ebef; } .zero { stroke: #9aa5b1; } .tick { stroke: #c3cad2; }
.band { fill: #3b7de0; fill-opacity: .17; } .bar { fill: #a9b9cf; } .dot { fill: #2160c4; }
.mean { fill: none; stroke: #2160c4; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.last { fill: #2160c4; stroke: #ffffff; stroke-width: 2; }
.point { fill: #17202b; fill-opacity: 0; } .point:hover { fill-opacity: .07; }
@media (prefers-color-scheme: dark) {
text { fill: #97a3b1; } .title, .context { fill: #e9eef4; } .value { fill: #7fb0ff; }
.paper { fill: #12171d; } .grid { stroke: #232b34; } .zero { stroke: #5b6876; } .tick { stroke: #3a4550; }
.band { fill: #5b97f5; fill-opacity: .22; } .bar { fill: #44566e; } .dot { fill: #7fb0ff; }
.mean { stroke: #7fb0ff; } .last { fill: #7fb0ff; stroke: #12171d; }
.point { fill: #ffffff; } }";

pub(super) fn render(title: &str, period: Period, range: TimeRange, columns: &[Column]) -> String {
    let scale = Scale::new(range);
    let mut svg = String::with_capacity(8 * 1024 + columns.len() * 320);
    heading(&mut svg, title, period, range, columns);
    legend(&mut svg);
    axis_of_scores(&mut svg);
    axis_of_time(&mut svg, period, range, scale);
    bars(&mut svg, columns, scale);
    let runs: Vec<&[Column]> = (columns.split(|column| column.scores.is_none()))
        .filter(|run| !run.is_empty())
        .collect();
    for run in &runs {
        band(&mut svg, run, scale);
    }
    for run in &runs {
        line(&mut svg, run, scale, columns.len() <= MOST_DOTS);
    }
    match columns.iter().rfind(|column| column.scores.is_some()) {
        Some(last) => last_value(&mut svg, last, scale),
        None => nothing(&mut svg),
    }
    points(&mut svg, columns, period, scale);
    svg.push_str("</svg>\n");
    svg
}

/// The beginning of the document with its title, for eyes and for screen readers.
fn heading(svg: &mut String, title: &str, period: Period, range: TimeRange, columns: &[Column]) {
    let about = about(period, range, columns);
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"title about\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"about\">{about}</desc>\n\
         <style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"10\"/>\n\
         <text class=\"title\" x=\"24\" y=\"38\">{}</text>\n\
         <text x=\"24\" y=\"60\">{about}</text>",
        Escaped(title),
        Escaped(&shortened(title, TITLE_LETTERS)),
    )
    .ok();
}

/// What the chart shows, in a sentence.
fn about(period: Period, range: TimeRange, columns: &[Column]) -> String {
    let span = span(range, period);
    let all = Scores::pooled(columns.iter().filter_map(|column| column.scores));
    let Some(all) = all else {
        return format!("Sentiment, {period}, {span} (UTC)");
    };
    format!(
        "Sentiment, {period}, {span} (UTC) · {} · mean {}",
        articles(all.article_count),
        score(all.mean)
    )
}

fn legend(svg: &mut String) {
    svg.push_str(
        "<g><path class=\"mean\" d=\"M668 56h20\"/><text x=\"694\" y=\"60\">mean</text>\
         <rect class=\"band\" x=\"746\" y=\"50\" width=\"20\" height=\"12\" rx=\"2\"/>\
         <text x=\"772\" y=\"60\">min to max</text>\
         <rect class=\"bar\" x=\"860\" y=\"50\" width=\"6\" height=\"12\" rx=\"1\"/>\
         <text x=\"872\" y=\"60\">articles</text></g>\n",
    );
}

fn axis_of_scores(svg: &mut String) {
    for (value, label) in [
        (1.0, "+1"),
        (0.5, "+0.5"),
        (0.0, "0"),
        (-0.5, "\u{2212}0.5"),
        (-1.0, "\u{2212}1"),
    ] {
        let class = if value == 0.0 { "zero" } else { "grid" };
        writeln!(
            svg,
            "<path class=\"{class}\" d=\"M{LEFT} {0}H{RIGHT}\"/>\
             <text x=\"{1}\" y=\"{2}\" text-anchor=\"end\">{label}</text>",
            y(value),
            LEFT - 10.0,
            y(value) + 4.0,
        )
        .ok();
    }
}

fn axis_of_time(svg: &mut String, period: Period, range: TimeRange, scale: Scale) {
    for tick in ticks(range, period) {
        let x = scale.x(tick.at);
        writeln!(
            svg,
            "<path class=\"tick\" d=\"M{x:.1} {BARS_BOTTOM}v6\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            BARS_BOTTOM + 20.0,
            tick.label,
        )
        .ok();
        if let Some(context) = tick.context {
            let y = BARS_BOTTOM + 37.0;
            writeln!(
                svg,
                "<text class=\"context\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{context}</text>",
            )
            .ok();
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 articles")]
fn bars(svg: &mut String, columns: &[Column], scale: Scale) {
    let counts = columns
        .iter()
        .map(|column| column.scores.map_or(0, |it| it.article_count));
    let most = round_above(counts.max().unwrap_or(0));
    writeln!(
        svg,
        "<path class=\"grid\" d=\"M{LEFT} {BARS_TOP}H{RIGHT}\"/>\
         <path class=\"tick\" d=\"M{LEFT} {BARS_BOTTOM}H{RIGHT}\"/>\
         <text x=\"{0}\" y=\"{1}\" text-anchor=\"end\">{2}</text>\
         <text x=\"{0}\" y=\"{BARS_BOTTOM}\" text-anchor=\"end\">0</text>",
        LEFT - 10.0,
        BARS_TOP + 4.0,
        grouped(most),
    )
    .ok();
    for column in columns {
        let Some(scores) = column.scores else {
            continue;
        };
        let (from, to) = (scale.x(column.from), scale.x(column.to));
        let width = ((to - from) * 0.72).clamp(1.0, 28.0);
        let share = scores.article_count as f64 / most as f64;
        let height = (share * (BARS_BOTTOM - BARS_TOP)).max(1.0);
        writeln!(
            svg,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>",
            (from + to - width) / 2.0,
            BARS_BOTTOM - height,
        )
        .ok();
    }
}

/// The area between the least and the greatest scores of neighbouring columns.
fn band(svg: &mut String, run: &[Column], scale: Scale) {
    if let [column] = run {
        let (Some(scores), x) = (column.scores, middle(column, scale)) else {
            return;
        };
        let width = (scale.x(column.to) - scale.x(column.from)).clamp(2.0, 10.0);
        writeln!(
            svg,
            "<rect class=\"band\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"1\"/>",
            x - width / 2.0,
            y(scores.max),
            (y(scores.min) - y(scores.max)).max(1.0),
        )
        .ok();
        return;
    }
    let upper = places(run.iter(), scale, |scores| scores.max);
    let lower = places(run.iter().rev(), scale, |scores| scores.min);
    writeln!(svg, "<path class=\"band\" d=\"M{upper}L{lower}Z\"/>").ok();
}

/// The line of the means of neighbouring columns; a column on its own is a dot.
fn line(svg: &mut String, run: &[Column], scale: Scale, dots: bool) {
    if run.len() > 1 {
        let means = places(run.iter(), scale, |scores| scores.mean);
        writeln!(svg, "<path class=\"mean\" d=\"M{means}\"/>").ok();
    }
    if run.len() > 1 && !dots {
        return;
    }
    for column in run {
        let Some(scores) = column.scores else {
            continue;
        };
        let (x, y) = (middle(column, scale), y(scores.mean));
        writeln!(
            svg,
            "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.6\"/>"
        )
        .ok();
    }
}

/// `x y x y …`, which continues a path by lines.
fn places<'a>(
    columns: impl Iterator<Item = &'a Column>,
    scale: Scale,
    value: impl Fn(Scores) -> f64,
) -> String {
    let place = |column: &Column| {
        let value = value(column.scores?);
        Some(format!("{:.1} {:.1}", middle(column, scale), y(value)))
    };
    columns.filter_map(place).collect::<Vec<_>>().join(" ")
}

fn last_value(svg: &mut String, column: &Column, scale: Scale) {
    let Some(scores) = column.scores else { return };
    let (x, y) = (middle(column, scale), y(scores.mean));
    writeln!(
        svg,
        "<circle class=\"last\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>\
         <text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
        x + 10.0,
        y + 4.5,
        score(scores.mean),
    )
    .ok();
}

fn nothing(svg: &mut String) {
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">no articles in this range</text>",
        (LEFT + RIGHT) / 2.0,
        y(0.25),
    )
    .ok();
}

/// What shows the figures of a column to whoever points at it.
fn points(svg: &mut String, columns: &[Column], period: Period, scale: Scale) {
    for column in columns {
        let Some(told) = told(column, period) else {
            continue;
        };
        let (from, to) = (scale.x(column.from), scale.x(column.to));
        writeln!(
            svg,
            "<rect class=\"point\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{}\">\
             <title>{told}</title></rect>",
            to - from,
            BARS_BOTTOM - TOP,
        )
        .ok();
    }
}

fn middle(column: &Column, scale: Scale) -> f64 {
    f64::midpoint(scale.x(column.from), scale.x(column.to))
}
