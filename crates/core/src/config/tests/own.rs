//! A program of another name, outside this repository, with sections of its own.

use insta::assert_snapshot;
use secrecy::{ExposeSecret, SecretString};

use super::*;

#[derive(Debug)]
struct Shop {
    currency: Currency,
    max_items: u32,
    payment_key: SecretString,
    coupon_key: Option<SecretString>,
    warehouses: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Currency {
    Euro,
    Krone,
}

impl Section for Shop {
    const NAME: &'static str = "shop";

    const DEFAULTS: &'static str = "\
# In what the shop is paid.
currency: eur
# The most items of an order,
# gifts included.
max_items: 20
# With what the payment service knows us.
payment_key: null
coupon_key: null
warehouses: [north]
";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let currencies = [("eur", Currency::Euro), ("nok", Currency::Krone)];
        let currency = keys.choice("currency", &currencies);
        let max_items = keys.integer("max_items", 1..=1_000);
        let payment_key = keys.secret("payment_key", "the key of the payment service");
        let coupon_key = keys.optional_secret("coupon_key", "a key");
        let warehouses = keys.list("warehouses", "a name", |text| Some(text.to_owned()));
        Some(Self {
            currency: currency?,
            max_items: max_items?,
            payment_key: payment_key?,
            coupon_key: coupon_key?,
            warehouses: warehouses?,
        })
    }
}

/// A second section of the same program.
#[derive(Debug)]
struct Mail {
    sender: String,
}

impl Section for Mail {
    const NAME: &'static str = "mail";

    const DEFAULTS: &'static str = "# Who sends.\nsender: '{program}@localhost'\n";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let sender = keys.parsed("sender", "an address with an @", |text| {
            text.contains('@').then(|| text.to_owned())
        });
        Some(Self { sender: sender? })
    }
}

fn shop() -> Namespace {
    Namespace::new("shop").embed(
        "staging",
        "shop:\n  max_items: 5\nmail:\n  sender: staging@localhost\n",
    )
}

/// The sources of the shop in a folder, without the payment key.
fn sources(folder: &Folder) -> Sources {
    Sources {
        namespace: shop(),
        ..folder.sources()
    }
}

fn load_shop(sources: &Sources) -> Result<Loaded<(Shop, Mail)>, ConfigErrors> {
    super::super::load(sources)
}

#[test]
fn sections_of_its_own_come_through_every_layer() {
    let folder = Folder::with(&[
        (
            "config/default.yaml",
            "shop:\n  warehouses: [south, east]\n",
        ),
        (".env", "# ours\nSHOP_SHOP__CURRENCY=nok\n"),
        ("key", "s3cret\n"),
    ]);
    let sources = sources(&folder)
        .with_variable("SHOP_ENVIRONMENT", "staging")
        .with_variable("SHOP_SHOP__PAYMENT_KEY_FILE", folder.path("key"))
        .with_flag("--set mail.sender", "mail.sender", "orders@shop.example");
    let loaded = load_shop(&sources).unwrap();
    let (shop, mail) = &loaded.config.own;
    assert_eq!(shop.currency, Currency::Krone);
    assert_eq!(shop.max_items, 5);
    assert_eq!(shop.payment_key.expose_secret(), "s3cret");
    assert!(shop.coupon_key.is_none());
    assert_eq!(shop.warehouses, ["south", "east"]);
    assert_eq!(mail.sender, "orders@shop.example");
    assert_eq!(loaded.config.database.url.expose(), "sqlite://var/shop.db");
    let origin = |key| origin_of(&loaded, key).replace(&folder.path(""), "");
    assert_eq!(origin("shop.currency"), ".env:2 (SHOP_SHOP__CURRENCY)");
    assert_eq!(origin("shop.max_items"), "built-in staging.yaml:2");
    assert_eq!(origin("shop.warehouses"), "config/default.yaml:2");
    assert_eq!(origin("shop.coupon_key"), "default");
    assert_eq!(origin("mail.sender"), "flag --set mail.sender");
    assert_eq!(
        origin("shop.payment_key"),
        "environment variable SHOP_SHOP__PAYMENT_KEY_FILE → key"
    );
}

#[test]
fn all_that_is_wrong_with_its_own_sections_comes_at_once() {
    let folder = Folder::with(&[
        (
            "config/default.yaml",
            "shop:\n  curency: eur\n  max_items: 0\n  coupon_key: 17\n",
        ),
        (".env", "SHOP_SHOP__WAREHOUSE=north\n"),
    ]);
    let sources = sources(&folder)
        .with_variable("SHOP_MAIL__SENDER", "nobody")
        .with_variable("GROUNDWORK_HTTP__BIND", "of another program")
        .with_flag("--set shp.currency", "shp.currency", "nok");
    let problems = load_shop(&sources).unwrap_err().to_string();
    assert_snapshot!(problems.replace(&folder.path(""), ""), @r#"
    the configuration has 7 problems:
      config/default.yaml:2: there is no key shop.curency; did you mean shop.currency?
      .env:1 (SHOP_SHOP__WAREHOUSE): it sets no key that exists; did you mean SHOP_SHOP__WAREHOUSES?
      flag --set shp.currency: there is no key shp.currency; did you mean shop.currency?
      config/default.yaml:3: shop.max_items must be a whole number from 1 to 1000; found 0
      default: shop.payment_key must be the key of the payment service; found nothing
      config/default.yaml:4: shop.coupon_key must be a key; found a number (not shown)
      environment variable SHOP_MAIL__SENDER: mail.sender must be an address with an @; found "nobody"
    "#);
}

#[test]
fn its_secrets_never_show() {
    let folder = Folder::with(&[]);
    let sources = sources(&folder)
        .with_variable("SHOP_SHOP__PAYMENT_KEY", "s3cret")
        .with_variable("SHOP_SHOP__COUPON_KEY", "s3cret");
    let loaded = load_shop(&sources).unwrap();
    let listed = serde_json::to_string(&loaded).unwrap() + &format!("{loaded:?}");
    assert!(!listed.contains("s3cret"), "{listed}");
    assert!(
        listed.contains(r#"{"key":"shop.payment_key","value":"***""#),
        "{listed}"
    );
}

#[test]
fn its_sections_are_in_the_schema_and_in_default_yaml() {
    let schema = super::super::schema::<(Shop, Mail)>(&shop());
    let keys = &schema["properties"]["shop"]["properties"];
    assert_eq!(
        keys["max_items"],
        serde_json::json!({
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 20,
            "description": "The most items of an order,\ngifts included.",
        })
    );
    assert_eq!(keys["currency"]["enum"], serde_json::json!(["eur", "nok"]));
    assert_eq!(keys["payment_key"]["writeOnly"], true);
    assert_eq!(
        schema["properties"]["mail"]["properties"]["sender"]["default"],
        "shop@localhost"
    );
    let text = default_yaml::<(Shop, Mail)>(&shop());
    assert!(text.contains("SHOP_DATABASE__URL_FILE"), "{text}");
    assert!(
        text.contains("\nmail:\n  # Who sends.\n  sender: 'shop@localhost'\n"),
        "{text}"
    );
}

#[test]
fn a_section_of_another_program_is_left_alone() {
    let folder = Folder::with(&[(
        "config/default.yaml",
        "pipeline:\n  max_scenes: many\nlog:\n  level: warn\n",
    )]);
    let sources = Sources {
        namespace: namespace().share("pipeline"),
        ..folder.sources()
    };
    let sources = sources.with_variable("GROUNDWORK_PIPELINE__LEASE_S", "long");
    let loaded: Loaded = super::super::load(&sources).unwrap();
    assert_eq!(loaded.config.log.level, "warn");
    let misspelt = sources.with_variable("GROUNDWORK_PIPLINE__LEASE_S", "9");
    let problems = super::super::load::<()>(&misspelt).unwrap_err().to_string();
    assert!(
        problems.contains("GROUNDWORK_PIPLINE__LEASE_S"),
        "{problems}"
    );
}

/// A section whose defaults and whose `read` do not agree.
struct Odd<const READS_MORE: bool>;

impl<const READS_MORE: bool> Section for Odd<READS_MORE> {
    const NAME: &'static str = "odd";

    const DEFAULTS: &'static str = "one: 1\ntwo: 2\n";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let _: Option<u32> = keys.integer("one", 0..=9);
        if READS_MORE {
            let _: Option<u32> = keys.integer("two", 0..=9);
            let _: Option<u32> = keys.integer("three", 0..=9);
        }
        Some(Self)
    }
}

#[test]
fn a_key_needs_a_default_and_has_to_be_read() {
    let unread = super::super::load::<Odd<false>>(&Sources::new(shop())).err();
    assert_snapshot!(unread.unwrap(), @"
    the configuration has a problem:
      default.yaml:1: nothing reads the key odd.two
    ");
    let missing = super::super::load::<Odd<true>>(&Sources::new(shop())).err();
    assert_snapshot!(missing.unwrap(), @"
    the configuration has a problem:
      default.yaml:1: the key odd.three is missing
    ");
}

/// A section that is never content.
struct Silent;

impl Section for Silent {
    const NAME: &'static str = "silent";

    const DEFAULTS: &'static str = "small: 300\n";

    fn read(keys: &mut Keys<'_>) -> Option<Self> {
        let _: Option<u8> = keys.integer("small", 0..=500);
        None
    }
}

#[test]
fn what_a_section_refuses_is_always_said() {
    let too_wide = super::super::load::<Silent>(&Sources::new(shop())).err();
    assert_snapshot!(too_wide.unwrap(), @"
    the configuration has a problem:
      default: silent.small must be a whole number from 0 to 500; found 300
    ");
    let small = Sources::new(shop()).with_flag("--set silent.small", "silent.small", "3");
    let refused = super::super::load::<Silent>(&small).err();
    assert_snapshot!(refused.unwrap(), @"
    the configuration has a problem:
      default.yaml:1: a section is refused, but not why
    ");
}
