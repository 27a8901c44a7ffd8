class Plain < Formula
  desc "A plain one, built from source"
  homepage "https://plain.example"
  url "https://plain.example/archive/refs/tags/v1.2.3.tar.gz"
  sha256 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
  license "MIT"
  revision 2
  head "https://plain.example/plain.git", branch: "main"

  livecheck do
    url :stable
    regex(%r{href=.*?/v?(\d+(?:\.\d+)+)/?["' >]}i)
  end

  bottle do
    root_url "https://bottles.plain.example/a"
    rebuild 1
    sha256 cellar: :any, arm64_sequoia: "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    sha256 cellar: :any_skip_relocation, sonoma: "20112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    sha256 x86_64_linux: "30112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
  end

  depends_on "cmake" => :build

  resource "data" do
    url "https://plain.example/data-7.tar.xz"
    sha256 "40112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

    on_linux do
      patch do
        url "https://plain.example/fix.diff"
        sha256 "50112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
      end
    end
  end

  def install
    args = %w[--prefix=a --with-x]
    args << "--without-y" if build.without? "y"
    system "./configure", *args
    inreplace "Makefile", /^CC=.*?\/x$/, "CC=#{ENV.cc}" unless OS.mac?
    (etc/"plain").write <<~CONF
      if this then do
      url "https://not.example/x"
    CONF
    while x = next_one do
      puts x ? "yes" : "no"
    end
    resource("data").stage { |r| r.stage if r }
    begin
      x = 5 if x < 3 && !y
    rescue => e
      odie "no: #{e}" if e
    ensure
      y = case x when 1 then 2 else 3 end
    end
  end

  def caveats = "none"

  test do
    assert_match(/end if #{version}/, shell_output("#{bin}/plain --version"))
  end
end

__END__
url "https://not.example/y"
