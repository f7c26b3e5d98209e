//! The attribute `on_both_engines` of `groundwork-test`, which documents and exports it.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// Runs a test once on SQLite and once on PostgreSQL.
///
/// The test has a parameter `engine: Engine`. The attribute makes it an [rstest] whose values for
/// that parameter are the two engines, and a test of tokio's, unless it is not `async` or names a
/// `#[tokio::test(…)]` of its own. `#[case]` and `#[values]` for further parameters work as ever.
///
/// [rstest]: https://docs.rs/rstest
#[proc_macro_attribute]
pub fn on_both_engines(arguments: TokenStream, function: TokenStream) -> TokenStream {
    if !arguments.is_empty() {
        return error("`on_both_engines` takes no arguments");
    }
    let function: Vec<TokenTree> = function.into_iter().collect();
    let Some(parameters) = position_of_parameters(&function) else {
        return error("`on_both_engines` belongs before a function");
    };
    let Some(with_values) = with_values(&function[parameters]) else {
        return error("`on_both_engines` needs a parameter `engine: Engine`");
    };
    let (attributes, signature) = function.split_at(end_of_attributes(&function));
    let (signature, body) = signature.split_at(parameters - attributes.len());
    let mut test = attribute("#[::groundwork_test::rstest::rstest]");
    test.extend(attributes.iter().cloned());
    let is_async = signature.iter().any(|it| is(it, "async"));
    if is_async && !attributes.iter().any(is_test_attribute) {
        // The last attribute: rstest counts one before a `#[case]` to that case alone.
        test.extend(attribute("#[::tokio::test]"));
    }
    test.extend(signature.iter().cloned());
    test.extend([with_values]);
    test.extend(body[1..].iter().cloned());
    test
}

/// How many tokens the attributes take, two each: `#` and `[…]`.
fn end_of_attributes(function: &[TokenTree]) -> usize {
    let attributes = function.chunks(2).take_while(
        |pair| matches!(pair, [TokenTree::Punct(sign), TokenTree::Group(_)] if sign.as_char() == '#'),
    );
    2 * attributes.count()
}

/// Where the parentheses after `fn name` are.
fn position_of_parameters(function: &[TokenTree]) -> Option<usize> {
    let keyword = function.iter().position(|it| is(it, "fn"))?;
    let parameters = keyword + 2;
    matches!(function.get(parameters)?, TokenTree::Group(group)
        if group.delimiter() == Delimiter::Parenthesis)
    .then_some(parameters)
}

/// The parameters, with `#[values(Engine::Sqlite, Engine::Postgres)]` before `engine: Engine`,
/// where `Engine` is the type as the test names it.
fn with_values(parameters: &TokenTree) -> Option<TokenTree> {
    let TokenTree::Group(group) = parameters else {
        return None;
    };
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let engine = tokens
        .windows(2)
        .position(|pair| is(&pair[0], "engine") && pair[1].to_string() == ":")?;
    let name: TokenStream = tokens[engine + 2..]
        .iter()
        .take_while(|it| it.to_string() != ",")
        .cloned()
        .collect();
    let values: TokenStream = format!("#[values({name}::Sqlite, {name}::Postgres)]")
        .parse()
        .ok()?;
    let mut stream: TokenStream = tokens[..engine].iter().cloned().collect();
    stream.extend(values);
    stream.extend(tokens[engine..].iter().cloned());
    let mut group = Group::new(Delimiter::Parenthesis, stream);
    group.set_span(parameters.span());
    Some(group.into())
}

/// Whether this is the `[tokio::test…]` of an attribute.
fn is_test_attribute(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else {
        return false;
    };
    let path = group.stream().into_iter();
    let path: Vec<_> = path
        .take_while(|it| !matches!(it, TokenTree::Group(_)))
        .collect();
    group.delimiter() == Delimiter::Bracket && path.last().is_some_and(|it| is(it, "test"))
}

fn is(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == word)
}

/// The tokens of an attribute, which is a literal of this file.
fn attribute(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

fn error(message: &str) -> TokenStream {
    let span = Span::call_site();
    let mut error: TokenStream = [TokenTree::from(Ident::new("compile_error", span))]
        .into_iter()
        .collect();
    error.extend(format!("!({message:?});").parse::<TokenStream>());
    error
}
