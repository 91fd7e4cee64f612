use super::*;
use crate::onnx::proto::{AttributeProto, GraphProto, NodeProto};

fn model(nodes: usize, attributes: usize) -> Vec<u8> {
    let node = NodeProto {
        attribute: vec![AttributeProto::default(); attributes],
        ..NodeProto::default()
    };
    let graph = GraphProto {
        node: vec![node; nodes],
        ..GraphProto::default()
    };
    ModelProto {
        graph: Some(graph),
        ..ModelProto::default()
    }
    .encode_to_vec()
}

#[test]
fn fields_are_counted_down_to_the_attributes() {
    assert_eq!(count_fields(&model(3, 5), TO_NODES), Some(1 + 3 + 15));
    assert_eq!(decode(&model(3, 5)).unwrap().graph.unwrap().node.len(), 3);
}

#[test]
fn a_small_file_of_very_many_nodes_is_refused_undecoded() {
    for onnx in [model(200_000, 0), model(1, 200_000)] {
        assert!(onnx.len() < 1 << 20);
        assert!(
            decode(&onnx)
                .unwrap_err()
                .to_string()
                .contains("more than 100000 nodes and attributes")
        );
    }
    assert!(
        decode(&vec![0; MAX_BYTES + 1])
            .unwrap_err()
            .to_string()
            .contains("larger than")
    );
}

#[test]
fn malformed_bytes_are_refused() {
    for bytes in [
        &[0x80][..],
        &[0x3a, 5, 1],
        &[0x0b],
        &[0xff; 12],
        &[0x09, 1, 2],
    ] {
        assert_eq!(
            decode(bytes).unwrap_err().code(),
            "invalid-model",
            "{bytes:?}"
        );
    }
}
