"""What the table of picture sizes says."""

from benchmarks.sizes import size_cells


def _row(factor, cpu, lambdas, exit_code=0):
    return {
        "factor": factor,
        "exit_code": exit_code,
        "cpu_seconds": cpu,
        "memory_mb": 350.0,
        "frames": 300,
        "lambda_s": lambdas,
        "rho_mm": [2.0] * len(lambdas),
    }


def test_cost_and_numbers_are_held_against_the_smallest_picture():
    rows = [_row(1, 10.0, [1.0, 0.5]), _row(3, 15.0, [1.02, 0.5]), _row(6, 20.0, [1.0])]
    _, small, middle, large = size_cells(rows)
    assert small[:4] == ["640 x 480", "10.0", "33", "1.00"]
    assert middle[3:5] == ["1.50", "at most 1.4"]
    assert middle[-2:] == ["2.0 %", "0.0 %"]
    assert large[0] == "3840 x 2880"
    assert large[-2:] == ["not found alike"] * 2


def test_a_run_that_failed_is_told():
    rows = [_row(1, 10.0, [1.0]), _row(3, 1.0, [], exit_code=2)]
    assert size_cells(rows)[2][:2] == ["1920 x 1440", "failed (2)"]
