//! The picture itself.

use entity::signals::Period;
use groundwork_draw::{Anchor, Path, Point, Rect, Svg, shortened};

use super::{
    axis::ticks,
    scale::{BARS_BOTTOM, BARS_TOP, HEIGHT, LEFT, RIGHT, Scale, TOP, WIDTH, round_above, y},
    style::{
        BAND, BAR, CAPTION, CONTEXT, DOT, GRID, LAST, MEAN, POINT, RULES, TICK, TITLE, VALUE, ZERO,
    },
    text::{articles, figures, grouped, score, span},
};
use crate::services::signals::{Scores, TimeRange, columns::Column};

/// Up to this many columns each mean has a dot.
const MOST_DOTS: usize = 62;

/// The most letters of a title that have room.
const TITLE_LETTERS: usize = 64;

pub(super) fn render(title: &str, period: Period, range: TimeRange, columns: &[Column]) -> String {
    let scale = Scale::new(range);
    let about = about(period, range, columns);
    let mut svg = Svg::new(title).described(&about);
    for rule in RULES {
        svg.rule(rule);
    }
    heading(&mut svg, title, &about);
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
    svg.finish(at(WIDTH, HEIGHT))
}

fn heading(svg: &mut Svg, title: &str, about: &str) {
    let title = shortened(title, TITLE_LETTERS);
    svg.text(&TITLE, at(24.0, 38.0), Anchor::Start, &title);
    svg.text(&CAPTION, at(24.0, 60.0), Anchor::Start, about);
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

fn legend(svg: &mut Svg) {
    svg.path(&MEAN, &Path::from(at(668.0, 56.0)).horizontal(688.0));
    svg.rect(&BAND, area(746.0, 50.0, 20.0, 12.0), 2.0);
    svg.rect(&BAR, area(860.0, 50.0, 6.0, 12.0), 1.0);
    for (x, label) in [(694.0, "mean"), (772.0, "min to max"), (872.0, "articles")] {
        svg.text(&CAPTION, at(x, 60.0), Anchor::Start, label);
    }
}

fn axis_of_scores(svg: &mut Svg) {
    for (value, label) in [
        (1.0, "+1"),
        (0.5, "+0.5"),
        (0.0, "0"),
        (-0.5, "\u{2212}0.5"),
        (-1.0, "\u{2212}1"),
    ] {
        let style = if value == 0.0 { ZERO } else { GRID };
        let y = y(value);
        svg.path(&style, &Path::from(at(LEFT, y)).horizontal(RIGHT));
        svg.text(&CAPTION, at(LEFT - 10.0, y + 4.0), Anchor::End, label);
    }
}

fn axis_of_time(svg: &mut Svg, period: Period, range: TimeRange, scale: Scale) {
    for tick in ticks(range, period) {
        let x = scale.x(tick.at);
        let mark = Path::from(at(x, BARS_BOTTOM)).vertical(BARS_BOTTOM + 6.0);
        svg.path(&TICK, &mark);
        let under = at(x, BARS_BOTTOM + 20.0);
        svg.text(&CAPTION, under, Anchor::Middle, &tick.label);
        if let Some(context) = tick.context {
            let under = at(x, BARS_BOTTOM + 37.0);
            svg.text(&CONTEXT, under, Anchor::Middle, &context);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 articles")]
fn bars(svg: &mut Svg, columns: &[Column], scale: Scale) {
    let counts = columns
        .iter()
        .map(|column| column.scores.map_or(0, |it| it.article_count));
    let most = round_above(counts.max().unwrap_or(0));
    svg.path(&GRID, &Path::from(at(LEFT, BARS_TOP)).horizontal(RIGHT));
    svg.path(&TICK, &Path::from(at(LEFT, BARS_BOTTOM)).horizontal(RIGHT));
    for (y, label) in [(BARS_TOP + 4.0, grouped(most)), (BARS_BOTTOM, "0".into())] {
        svg.text(&CAPTION, at(LEFT - 10.0, y), Anchor::End, &label);
    }
    for column in columns {
        let Some(scores) = column.scores else {
            continue;
        };
        let (from, to) = (scale.x(column.from), scale.x(column.to));
        let width = ((to - from) * 0.72).clamp(1.0, 28.0);
        let share = scores.article_count as f64 / most as f64;
        let height = (share * (BARS_BOTTOM - BARS_TOP)).max(1.0);
        let left = (from + to - width) / 2.0;
        svg.rect(&BAR, area(left, BARS_BOTTOM - height, width, height), 0.0);
    }
}

/// The area between the least and the greatest scores of neighbouring columns.
fn band(svg: &mut Svg, run: &[Column], scale: Scale) {
    if let [column] = run {
        let (Some(scores), x) = (column.scores, middle(column, scale)) else {
            return;
        };
        let width = (scale.x(column.to) - scale.x(column.from)).clamp(2.0, 10.0);
        let height = (y(scores.min) - y(scores.max)).max(1.0);
        svg.rect(
            &BAND,
            area(x - width / 2.0, y(scores.max), width, height),
            1.0,
        );
        return;
    }
    let upper = places(run.iter(), scale, |scores| scores.max);
    let lower = places(run.iter().rev(), scale, |scores| scores.min);
    if let Some(outline) = path(upper.chain(lower)) {
        svg.path(&BAND, &outline.close());
    }
}

/// The line of the means of neighbouring columns; a column on its own is a dot.
fn line(svg: &mut Svg, run: &[Column], scale: Scale, dots: bool) {
    let means = || places(run.iter(), scale, |scores| scores.mean);
    if run.len() > 1
        && let Some(path) = path(means())
    {
        svg.path(&MEAN, &path);
    }
    if run.len() == 1 || dots {
        for place in means() {
            svg.circle(&DOT, place, 2.6);
        }
    }
}

/// The places of a value of these columns.
fn places<'a>(
    columns: impl Iterator<Item = &'a Column>,
    scale: Scale,
    value: impl Fn(Scores) -> f64,
) -> impl Iterator<Item = Point> {
    columns.filter_map(move |column| {
        let value = value(column.scores?);
        Some(at(middle(column, scale), y(value)))
    })
}

fn path(mut places: impl Iterator<Item = Point>) -> Option<Path> {
    let first = places.next()?;
    Some(Path::from(first).lines(places))
}

fn last_value(svg: &mut Svg, column: &Column, scale: Scale) {
    let Some(scores) = column.scores else { return };
    let (x, y) = (middle(column, scale), y(scores.mean));
    svg.circle(&LAST, at(x, y), 4.5);
    let beside = at(x + 10.0, y + 4.5);
    svg.text(&VALUE, beside, Anchor::Start, &score(scores.mean));
}

fn nothing(svg: &mut Svg) {
    let middle = at((LEFT + RIGHT) / 2.0, y(0.25));
    svg.text(
        &CAPTION,
        middle,
        Anchor::Middle,
        "no articles in this range",
    );
}

/// What shows the figures of a column where someone points at it.
fn points(svg: &mut Svg, columns: &[Column], period: Period, scale: Scale) {
    for column in columns {
        let Some(figures) = figures(column, period) else {
            continue;
        };
        let (from, to) = (scale.x(column.from), scale.x(column.to));
        let area = area(from, TOP, to - from, BARS_BOTTOM - TOP);
        svg.group(&figures, |svg| svg.rect(&POINT, area, 0.0));
    }
}

fn middle(column: &Column, scale: Scale) -> f64 {
    f64::midpoint(scale.x(column.from), scale.x(column.to))
}

fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

fn area(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}
