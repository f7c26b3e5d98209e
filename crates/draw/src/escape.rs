//! Texts within SVG and DOT.

use std::fmt::{self, Write as _};

/// A text as it may be in an element or an attribute of a drawing: markup is escaped, a control is
/// a blank, and what no XML document may hold (XML 1.0, production 2) is replaced.
///
/// ```
/// use groundwork_draw::Escaped;
///
/// assert_eq!(Escaped("<a & b>").to_string(), "&lt;a &amp; b&gt;");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c if c.is_control() => f.write_char(' ')?,
                '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A text in quotes, as Graphviz's DOT takes it: a backslash begins no escape of Graphviz's.
///
/// ```
/// use groundwork_draw::Quoted;
///
/// assert_eq!(Quoted("a \"b\"").to_string(), r#""a \"b\"""#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_become_markup_or_break_a_document() {
        let hostile = "</title><script>&\"'\u{0}\u{1b}\u{ffff}é";
        assert_eq!(
            Escaped(hostile).to_string(),
            "&lt;/title&gt;&lt;script&gt;&amp;&quot;&#39;  \u{fffd}é"
        );
    }
}
