use std::fs;
use std::path::Path;

use mesh_scaffold::{FileState, Scaffold, Templates, Upgrade, plan_upgrade};
use tempfile::TempDir;

const ONE: &str = "1.0.0";
const TWO: &str = "1.1.0";

/// A folder of templates and a product that was made of the first version.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new(one: &[(&str, &str)], two: &[(&str, &str)]) -> Bench {
        let bench = Bench {
            folder: tempfile::tempdir().unwrap(),
        };
        bench.template(ONE, one);
        let product = Scaffold::new("ward", "cardiology", "plain")
            .build(&bench.templates())
            .unwrap();
        product.write(&bench.product()).unwrap();
        bench.template(TWO, two);
        bench
    }

    fn template(&self, version: &str, files: &[(&str, &str)]) {
        let folder = self.folder.path().join("templates/plain").join(version);
        let manifest = "description: Plain.\nquestions:\n  - { name: name, description: Name. }\n  \
            - { name: colour, description: New., default: blue }\n";
        write(&folder.join("template.yaml"), manifest);
        write(&folder.join("example.csv"), "a\n1\n");
        for (path, text) in files {
            write(&folder.join("files").join(path), text);
        }
    }

    fn templates(&self) -> Templates {
        Templates::from_dir(&self.folder.path().join("templates")).unwrap()
    }

    fn product(&self) -> std::path::PathBuf {
        self.folder.path().join("ward")
    }

    fn edit(&self, path: &str, text: &str) {
        write(&self.product().join(path), text);
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.product().join(path)).ok()
    }

    fn plan(&self) -> Upgrade {
        plan_upgrade(&self.product(), &self.templates(), None).unwrap()
    }

    fn refused(&self) -> (&'static str, String) {
        let error = plan_upgrade(&self.product(), &self.templates(), None).unwrap_err();
        (error.code(), error.to_string())
    }

    fn upgrade(&self) -> Upgrade {
        let upgrade = self.plan();
        upgrade.apply(&self.product()).unwrap();
        upgrade
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn state(upgrade: &Upgrade, path: &str) -> FileState {
    let mut files = upgrade.files().iter();
    files
        .find(|file| file.path() == Path::new(path))
        .unwrap()
        .state()
}

#[test]
fn what_the_team_left_alone_becomes_the_templates() {
    let one = [
        ("same", "a\n"),
        ("changed.j2", "{{ name }} 1\n"),
        ("gone", "x\n"),
    ];
    let two = [
        ("same", "a\n"),
        ("changed.j2", "{{ name }} is {{ colour }}\n"),
        ("new", "n\n"),
    ];
    let bench = Bench::new(&one, &two);
    let upgrade = bench.upgrade();
    assert_eq!(
        (upgrade.from(), upgrade.to(), upgrade.is_available()),
        (ONE, TWO, true)
    );
    assert_eq!(state(&upgrade, "same"), FileState::Unchanged);
    assert_eq!(state(&upgrade, "changed"), FileState::Updated);
    assert_eq!(state(&upgrade, "gone"), FileState::Removed);
    assert_eq!(state(&upgrade, "new"), FileState::Added);
    assert_eq!(bench.read("changed").as_deref(), Some("ward is blue\n"));
    assert_eq!(
        (bench.read("gone"), bench.read("new").as_deref()),
        (None, Some("n\n"))
    );
    assert!(!bench.plan().is_available());
    assert!(
        bench
            .plan()
            .files()
            .iter()
            .all(|file| file.state() == FileState::Unchanged)
    );
}

#[test]
fn planning_writes_nothing() {
    let bench = Bench::new(&[("a", "1\n")], &[("a", "2\n")]);
    let upgrade = bench.plan();
    assert_eq!(upgrade.files()[0].after(), Some(&b"2\n"[..]));
    assert_eq!(bench.read("a").as_deref(), Some("1\n"));
    assert!(bench.plan().is_available());
}

#[test]
fn changes_in_different_lines_are_merged() {
    let bench = Bench::new(&[("a", "1\n2\n3\n4\n5\n")], &[("a", "1\n2\n3\n4\nfive\n")]);
    bench.edit("a", "one\n2\n3\n4\n5\n");
    let upgrade = bench.upgrade();
    assert_eq!(state(&upgrade, "a"), FileState::Merged);
    assert_eq!(bench.read("a").as_deref(), Some("one\n2\n3\n4\nfive\n"));
}

#[test]
fn changes_of_the_same_line_are_left_to_a_person() {
    let bench = Bench::new(&[("a", "1\n2\n3")], &[("a", "1\n2\ntemplate")]);
    bench.edit("a", "1\n2\nteam");
    let upgrade = bench.upgrade();
    assert!(upgrade.has_conflicts());
    assert_eq!(state(&upgrade, "a"), FileState::Conflicted);
    let marked = "1\n2\n<<<<<<< ours\nteam\n=======\ntemplate\n>>>>>>> template 1.1.0\n";
    assert_eq!(bench.read("a").as_deref(), Some(marked));

    bench.template("1.2.0", &[("a", "1\n2\nlater")]);
    let (code, message) = bench.refused();
    assert_eq!(code, "conflict-unresolved");
    assert!(message.starts_with("a, line 3"), "{message}");
    bench.edit("a", "1\n2\nboth");
    assert_eq!(
        state(&bench.plan(), "a"),
        FileState::Conflicted,
        "the template changed it once more"
    );
}

#[test]
fn what_the_team_deleted_or_kept_stays_so() {
    let one = [("deleted", "1\n"), ("kept", "1\n"), ("renamed", "1\n")];
    let two = [("deleted", "2\n"), ("other-name", "1\n")];
    let bench = Bench::new(&one, &two);
    fs::remove_file(bench.product().join("deleted")).unwrap();
    bench.edit("kept", "mine\n");
    let upgrade = bench.upgrade();
    assert_eq!(state(&upgrade, "deleted"), FileState::Deleted);
    assert_eq!(state(&upgrade, "kept"), FileState::Kept);
    assert_eq!(state(&upgrade, "renamed"), FileState::Removed);
    assert_eq!(state(&upgrade, "other-name"), FileState::Added);
    assert_eq!(
        (bench.read("deleted"), bench.read("kept").as_deref()),
        (None, Some("mine\n"))
    );
}

#[test]
fn a_new_file_where_the_team_has_one_is_a_conflict_unless_they_are_alike() {
    let bench = Bench::new(&[], &[("a", "template\n"), ("b", "same\n")]);
    bench.edit("a", "team\n");
    bench.edit("b", "same\n");
    let upgrade = bench.upgrade();
    assert_eq!(state(&upgrade, "a"), FileState::Conflicted);
    assert_eq!(state(&upgrade, "b"), FileState::Unchanged);
}

#[test]
fn starting_content_and_what_is_no_text_is_not_touched() {
    let bench = Bench::new(
        &[("a", "1\n"), ("picture", "1\0")],
        &[("a", "2\n"), ("picture", "2\0")],
    );
    bench.edit("data/appointments.csv", "a\n5\n");
    bench.edit("picture", "mine\0");
    let upgrade = bench.upgrade();
    assert_eq!(state(&upgrade, "picture"), FileState::Kept);
    assert_eq!(
        bench.read("data/appointments.csv").as_deref(),
        Some("a\n5\n")
    );
    let files: Vec<_> = upgrade
        .files()
        .iter()
        .map(|file| file.path().to_owned())
        .collect();
    assert_eq!(files, [Path::new("a"), Path::new("picture")]);
}

#[test]
fn line_ends_of_another_system_are_no_change_and_stay() {
    let bench = Bench::new(
        &[("a", "1\n2\n3\n4\n"), ("b", "1\n")],
        &[("a", "1\n2\n3\nfour\n"), ("b", "2\n")],
    );
    bench.edit("a", "one\r\n2\r\n3\r\n4\r\n");
    bench.edit("b", "1\r\n");
    let upgrade = bench.upgrade();
    assert_eq!(
        (state(&upgrade, "a"), state(&upgrade, "b")),
        (FileState::Merged, FileState::Updated)
    );
    assert_eq!(
        bench.read("a").as_deref(),
        Some("one\r\n2\r\n3\r\nfour\r\n")
    );
    assert_eq!(bench.read("b").as_deref(), Some("2\r\n"));
}

#[test]
fn a_file_that_changes_meanwhile_is_not_overwritten() {
    let bench = Bench::new(&[("a", "1\n"), ("b", "1\n")], &[("a", "2\n"), ("b", "2\n")]);
    let upgrade = bench.plan();
    bench.edit("b", "typed just now\n");
    assert_eq!(
        upgrade.apply(&bench.product()).unwrap_err().code(),
        "file-changed"
    );
    assert_eq!(
        bench.read("a").as_deref(),
        Some("1\n"),
        "nothing was written"
    );
}

#[test]
fn an_upgrade_that_was_cut_short_can_be_made_again() {
    let bench = Bench::new(
        &[("a", "1\n2\n3\n"), ("b", "1\n")],
        &[("a", "1\n2\nthree\n"), ("b", "2\n")],
    );
    bench.edit("a", "one\n2\n3\n");
    let record = bench.read(".mesh/template.yaml").unwrap();
    bench.upgrade();
    bench.edit(".mesh/template.yaml", &record);
    bench.edit("b", "1\n");
    bench.upgrade();
    assert_eq!(bench.read("a").as_deref(), Some("one\n2\nthree\n"));
    assert_eq!(bench.read("b").as_deref(), Some("2\n"));
}

#[test]
fn records_that_lead_nowhere_are_refused() {
    let bench = Bench::new(&[], &[]);
    let record = bench.read(".mesh/template.yaml").unwrap();
    let with = |from: &str, to: &str| {
        bench.edit(".mesh/template.yaml", &record.replace(from, to));
        bench.refused()
    };
    assert_eq!(with("\"1.0.0\"", "\"7.0.0\"").0, "template-too-new");
    let (code, message) = with("template: plain", "template: plan");
    assert_eq!(code, "template-unknown");
    assert!(message.contains("did you mean `plain`?"), "{message}");
    assert_eq!(with("answers:", "answer:").0, "document-invalid");
    fs::remove_file(bench.product().join(".mesh/template.yaml")).unwrap();
    assert_eq!(bench.refused().0, "not-from-template");
}

#[test]
fn an_upgrade_goes_forward_only() {
    let bench = Bench::new(&[], &[]);
    bench.upgrade();
    let error = plan_upgrade(&bench.product(), &bench.templates(), Some(ONE)).unwrap_err();
    assert_eq!(error.code(), "upgrade-backwards");
}

#[test]
fn a_product_of_today_is_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let templates = Templates::builtin().unwrap();
    for template in ["dataset", "model"] {
        let path = folder.path().join(template);
        let product = Scaffold::new("ward", "cardiology", template)
            .build(&templates)
            .unwrap();
        product.write(&path).unwrap();
        let upgrade = plan_upgrade(&path, &templates, None).unwrap();
        assert!(!upgrade.is_available());
        let states = upgrade.files().iter().map(|file| file.state());
        assert_eq!(
            states
                .filter(|state| *state != FileState::Unchanged)
                .count(),
            0
        );
    }
}

#[test]
fn a_template_that_leads_out_of_the_product_or_asks_for_nothing_known_is_broken() {
    for (path, text, reason) in [
        ("{{ colour | replace('blue', '..') }}/x.j2", "", "leads out"),
        ("x.j2", "{{ size }}", "undefined"),
        ("x.j2", "{{ name", "unexpected"),
    ] {
        let bench = Bench::new(&[], &[(path, text)]);
        let (code, message) = bench.refused();
        assert_eq!(code, "template-broken");
        assert!(message.contains(reason), "{message}");
    }
}
