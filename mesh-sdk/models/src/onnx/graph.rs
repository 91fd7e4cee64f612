//! A graph in the making.

use crate::onnx::proto::{
    AttributeProto, DimensionProto, FLOAT, INT64, NodeProto, TensorProto, TensorShapeProto,
    TensorTypeProto, TypeProto, ValueInfoProto, attribute_type,
};

/// The domain of the classical machine learning operators.
pub(crate) const ML: &str = "ai.onnx.ml";

/// Nodes in the order they run, and the constants they use.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<NodeProto>,
    pub(crate) constants: Vec<TensorProto>,
}

impl Graph {
    /// Adds a node of the machine learning operators with one output, which gives its name to the node, and returns that name.
    pub(crate) fn ml(&mut self, operator: &str, output: &str, input: Vec<String>) -> String {
        self.node(ML, operator, output, input)
    }

    /// As [`Self::ml`], of the basic operators.
    pub(crate) fn basic(&mut self, operator: &str, output: &str, input: Vec<String>) -> String {
        self.node("", operator, output, input)
    }

    fn node(&mut self, domain: &str, operator: &str, output: &str, input: Vec<String>) -> String {
        self.nodes.push(NodeProto {
            input,
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: operator.to_owned(),
            attribute: Vec::new(),
            domain: domain.to_owned(),
        });
        output.to_owned()
    }

    fn latest(&mut self) -> &mut NodeProto {
        self.nodes.last_mut().expect("a node was added before")
    }

    /// Adds an attribute to the latest node.
    pub(crate) fn attribute(&mut self, attribute: AttributeProto) {
        self.latest().attribute.push(attribute);
    }

    /// Adds the node that gives `label` and `probabilities`.
    pub(crate) fn classifier(&mut self, operator: &str, input: String) {
        self.ml(operator, "label", vec![input]);
        self.also("probabilities");
    }

    /// Adds an output to the latest node.
    pub(crate) fn also(&mut self, output: &str) {
        self.latest().output.push(output.to_owned());
    }

    /// Adds weighted sums: `weights` are outputs x columns.
    pub(crate) fn regressor(
        &mut self,
        operator: &str,
        output: &str,
        input: String,
        weights: &[f64],
        intercepts: &[f64],
    ) -> String {
        let name = self.ml(operator, output, vec![input]);
        let f32s = |values: &[f64]| values.iter().map(|&value| value as f32).collect();
        self.attribute(int("targets", intercepts.len() as i64));
        self.attribute(floats("coefficients", f32s(weights)));
        self.attribute(floats("intercepts", f32s(intercepts)));
        name
    }

    /// Joins columns.
    pub(crate) fn concat(&mut self, output: &str, parts: Vec<String>) -> String {
        let name = self.basic("Concat", output, parts);
        self.attribute(int("axis", 1));
        name
    }

    /// These columns of the input.
    pub(crate) fn columns(&mut self, name: &str, columns: Vec<i64>) -> String {
        let constant = self.integers(&format!("{name}_columns"), columns);
        self.ml(
            "ArrayFeatureExtractor",
            name,
            vec!["features".to_owned(), constant],
        )
    }

    /// A constant row of integers.
    pub(crate) fn integers(&mut self, name: &str, values: Vec<i64>) -> String {
        self.constants.push(TensorProto {
            dims: vec![values.len() as i64],
            data_type: INT64,
            int64_data: values,
            name: name.to_owned(),
            ..TensorProto::default()
        });
        name.to_owned()
    }

    /// A constant row of numbers.
    pub(crate) fn numbers(&mut self, name: &str, values: Vec<f32>) -> String {
        self.constants.push(TensorProto {
            dims: vec![values.len() as i64],
            data_type: FLOAT,
            float_data: values,
            name: name.to_owned(),
            ..TensorProto::default()
        });
        name.to_owned()
    }

    /// A constant number.
    pub(crate) fn scalar(&mut self, name: &str, value: f32) -> String {
        let name = self.numbers(name, vec![value]);
        self.constants.last_mut().expect("it was added").dims = Vec::new();
        name
    }

    /// A constant table with so many columns.
    pub(crate) fn table(&mut self, name: &str, values: Vec<f32>, columns: usize) -> String {
        let rows = values.len() / columns;
        let name = self.numbers(name, values);
        let table = self.constants.last_mut().expect("it was added");
        table.dims = vec![rows as i64, columns as i64];
        name
    }

    /// The columns of `input` with these values where one is missing.
    pub(crate) fn imputer(&mut self, name: &str, input: String, values: Vec<f32>) -> String {
        let output = self.ml("Imputer", &format!("{name}_imputed"), vec![input]);
        self.attribute(floats("imputed_value_floats", values));
        self.attribute(AttributeProto {
            name: "replaced_value_float".to_owned(),
            f: Some(f32::NAN),
            r#type: attribute_type::FLOAT,
            ..AttributeProto::default()
        });
        output
    }

    /// A column for each of these codes: 1 where `input`, one column, is that code.
    pub(crate) fn one_hot(&mut self, name: &str, input: String, codes: Vec<i64>) -> String {
        let one_hot = self.ml("OneHotEncoder", &format!("{name}_one_hot"), vec![input]);
        self.attribute(ints("cats_int64s", codes));
        self.attribute(int("zeros", 1));
        // The encoder adds a dimension: [N, 1, codes].
        let flat = self.basic("Flatten", &format!("{name}_encoded"), vec![one_hot]);
        self.attribute(int("axis", 1));
        flat
    }
}

pub(crate) fn floats(name: &str, floats: Vec<f32>) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        floats,
        r#type: attribute_type::FLOATS,
        ..AttributeProto::default()
    }
}

pub(crate) fn ints(name: &str, ints: Vec<i64>) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        ints,
        r#type: attribute_type::INTS,
        ..AttributeProto::default()
    }
}

/// One integer.
pub(crate) fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        i: Some(i),
        r#type: attribute_type::INT,
        ..AttributeProto::default()
    }
}

pub(crate) fn string(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        s: Some(value.as_bytes().to_vec()),
        r#type: attribute_type::STRING,
        ..AttributeProto::default()
    }
}

pub(crate) fn strings(name: &str, values: &[&str]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        strings: values
            .iter()
            .map(|value| value.as_bytes().to_vec())
            .collect(),
        r#type: attribute_type::STRINGS,
        ..AttributeProto::default()
    }
}

/// An input or output: N rows, of `width` values where it has two dimensions.
pub(crate) fn value(name: &str, elem_type: i32, width: Option<usize>, doc: &str) -> ValueInfoProto {
    let rows = DimensionProto {
        dim_value: None,
        dim_param: Some("N".to_owned()),
    };
    let width = width.map(|width| DimensionProto {
        dim_value: Some(width as i64),
        dim_param: None,
    });
    let shape = TensorShapeProto {
        dim: std::iter::once(rows).chain(width).collect(),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type,
                shape: Some(shape),
            }),
        }),
        doc_string: doc.to_owned(),
    }
}
