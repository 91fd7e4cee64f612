use mesh_models::{Target, Task};

use super::target;

#[test]
fn a_target_is_as_the_task_has_it() {
    let values = [1.0, 0.0, 1.0];
    let classes = Ok(Target::Classes(vec![1, 0, 1]));
    assert_eq!(target(Task::YesOrNo, &values), classes);
    assert_eq!(target(Task::Class, &values), classes);
    let quantities = Ok(Target::Values(values.to_vec()));
    assert_eq!(target(Task::Quantity, &values), quantities);
    let codes = [-7.0, 16_777_215.0];
    let classes = Ok(Target::Classes(vec![-7, 16_777_215]));
    assert_eq!(target(Task::Class, &codes), classes);
}

#[test]
fn the_first_case_whose_target_is_none_is_named() {
    for (task, wrong) in [
        (Task::YesOrNo, 2.0),
        (Task::YesOrNo, f32::NAN),
        (Task::Class, 0.5),
        (Task::Class, f32::NAN),
        (Task::Class, f32::INFINITY),
        (Task::Class, 16_777_216.0),
        (Task::Quantity, f32::NAN),
        (Task::Quantity, f32::NEG_INFINITY),
    ] {
        let reason = target(task, &[0.0, 1.0, wrong, wrong]).unwrap_err();
        assert!(
            reason.starts_with("case 2 is "),
            "{task:?} {wrong}: {reason}"
        );
    }
}

#[test]
fn what_has_too_many_classes_is_no_class() {
    let codes: Vec<f32> = (0..101u8).map(f32::from).collect();
    assert!(target(Task::Class, &codes[1..]).is_ok());
    let reason = target(Task::Class, &codes).unwrap_err();
    assert!(reason.starts_with("there are 101 classes"), "{reason}");
}
