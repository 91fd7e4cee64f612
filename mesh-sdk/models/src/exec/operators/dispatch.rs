//! Which operators there are.

use crate::ModelError;
use crate::exec::attributes::{node_name, shown};
use crate::exec::compile::Compiler;
use crate::exec::operators::elementwise::{self, Pair};
use crate::exec::operators::{classifier, columns, dense, numbers, reductions, svm, tables, trees};
use crate::exec::reduce::Reduction;
use crate::exec::values::Value;
use crate::onnx::graph::ML;
use crate::onnx::proto::NodeProto;

/// The outputs of a node, in order.
pub(crate) type Made = Result<Vec<Value>, ModelError>;

/// Compiles one node.
pub(crate) fn compile(compiler: &mut Compiler, node: &NodeProto) -> Made {
    match (node.domain.as_str(), node.op_type.as_str()) {
        ("" | "ai.onnx", "Cast") => numbers::cast(compiler, node),
        ("" | "ai.onnx", "Clip") => elementwise::clip(compiler, node),
        ("" | "ai.onnx", "Concat") => columns::concat(compiler, node),
        ("" | "ai.onnx", "Constant") => tables::constant(node),
        ("" | "ai.onnx", "ConstantOfShape") => tables::constant_of_shape(compiler, node),
        ("" | "ai.onnx", "Flatten") => columns::flatten(compiler, node),
        ("" | "ai.onnx", "Gather") => columns::gather(compiler, node),
        ("" | "ai.onnx", "Gemm") => dense::gemm(compiler, node),
        ("" | "ai.onnx", "Identity") => columns::identity(compiler, node),
        ("" | "ai.onnx", "MatMul") => dense::mat_mul(compiler, node),
        ("" | "ai.onnx", "Max") => elementwise::chain(compiler, node, Pair::Max),
        ("" | "ai.onnx", "Min") => elementwise::chain(compiler, node, Pair::Min),
        ("" | "ai.onnx", "Reshape") => columns::reshape(compiler, node),
        ("" | "ai.onnx", "Shape") => tables::shape(compiler, node),
        ("" | "ai.onnx", "Softmax") => reductions::softmax(compiler, node),
        ("" | "ai.onnx", "Sum") => elementwise::chain(compiler, node, Pair::Add),
        ("" | "ai.onnx", "TopK") => reductions::top_k(compiler, node),
        ("" | "ai.onnx", operator) if Pair::of(operator).is_some() => {
            elementwise::pairs(compiler, node)
        }
        ("" | "ai.onnx", operator) if Reduction::of(operator).is_some() => {
            reductions::reduce(compiler, node)
        }
        ("" | "ai.onnx", operator) if elementwise::Function::of(operator).is_some() => {
            elementwise::each(compiler, node)
        }
        (ML, "ArrayFeatureExtractor") => columns::array_feature_extractor(compiler, node),
        (ML, "Binarizer") => numbers::binarizer(compiler, node),
        (ML, "FeatureVectorizer") => columns::feature_vectorizer(compiler, node),
        (ML, "Imputer") => numbers::imputer(compiler, node),
        (ML, "LabelEncoder") => numbers::label_encoder(compiler, node),
        (ML, "LinearClassifier") => classifier::linear_classifier(compiler, node),
        (ML, "LinearRegressor") => classifier::linear_regressor(compiler, node),
        (ML, "Normalizer") => numbers::normalizer(compiler, node),
        (ML, "OneHotEncoder") => numbers::one_hot_encoder(compiler, node),
        (ML, "Scaler") => numbers::scaler(compiler, node),
        (ML, "SVMClassifier") => svm::classifier(compiler, node),
        (ML, "SVMRegressor") => svm::regressor(compiler, node),
        (ML, "TreeEnsembleClassifier") => trees::classifier(compiler, node),
        (ML, "TreeEnsembleRegressor") => trees::regressor(compiler, node),
        (ML, "ZipMap") => classifier::zip_map(compiler, node),
        (domain, operator) => {
            let operator = if matches!(domain, "" | "ai.onnx") {
                shown(operator)
            } else {
                shown(&format!("{domain}.{operator}"))
            };
            Err(ModelError::UnsupportedOperator {
                operator,
                node: node_name(node),
            })
        }
    }
}
